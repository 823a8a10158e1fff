"""What answers are made of, as JSON schemas of the API's description."""

from __future__ import annotations

__all__ = ["JOB", "JOB_ROW", "RECORD", "SCHEMAS", "STATUS_INFO", "TEXT"]

TEXT = {"type": "string"}
VERDICT = {"enum": ["valid", "invalid", "undetermined"]}
CHECK = {
    "type": "object",
    "properties": {
        "name": TEXT, "verdict": VERDICT, "code": TEXT, "message": TEXT, "pointer": TEXT, "hint": TEXT,
        "detail": TEXT, "values": {"type": "object"},
    },
    "required": ["name", "verdict"],
}  # fmt: skip
FINDING = {
    "type": "object",
    "properties": {
        "pointer": TEXT,
        "code": TEXT,
        "severity": {"enum": ["info", "warning", "error"]},
        "rule": TEXT,
        "outcome": {"enum": ["kept", "transformed", "defaulted", "dropped"]},
        "layer": {"enum": ["native", "carried", "original"]},
        "target": TEXT,
        "message": TEXT,
    },
    "required": ["pointer", "code", "severity"],
}
DOCUMENT = {
    "type": "object",
    "properties": {"format": TEXT, "mediaType": TEXT, "digestMultibase": TEXT, "original": TEXT},
    "required": ["format"],
}
REPORT = {
    "type": "object",
    "properties": {
        "verdict": VERDICT,
        "verified": {"type": "boolean"},
        "policy": TEXT,
        "source": DOCUMENT,
        "target": DOCUMENT,
        "mappings": {"type": "object", "additionalProperties": TEXT},
        "reason": {
            "type": "object",
            "description": "Which check stands in the way of calling the document verified.",
            "properties": {"check": TEXT, "code": TEXT},
        },
        "checks": {"type": "array", "items": CHECK},
        "leaves": {"type": "object", "additionalProperties": {"type": "integer"}},
        "findings": {"type": "array", "items": FINDING},
    },
    "required": ["verdict", "verified", "checks", "leaves", "findings"],
}
RECORD = {
    "type": "object",
    "properties": {
        "id": TEXT,
        "state": {"enum": ["active", "suspended", "revoked", "erased"]},
        "format": TEXT,
        "digest": {"type": "string", "description": "SHA-256 of the original, in hexadecimal."},
        "identifier": TEXT,
        "issuer": TEXT,
        "types": {"type": "array", "items": TEXT},
        "eqfLevel": {"type": "integer", "minimum": 1, "maximum": 8},
        "issued": TEXT,
        "verdict": VERDICT,
        "verified": {"type": "boolean"},
        "created": TEXT,
        "updated": TEXT,
        "original": {"type": "string", "description": "Where the bytes are fetched as they came."},
        "forms": {"type": "object", "additionalProperties": TEXT},
        "report": {"$ref": "#/components/schemas/Report"},
    },
    "required": ["id", "state", "format", "digest", "verdict", "verified", "created", "updated"],
}
COUNT = {"type": "integer", "minimum": 0}
JOB = {
    "type": "object",
    "properties": {
        "id": TEXT,
        "kind": {"enum": ["import", "convert", "reissue"]},
        "state": {"enum": ["receiving", "running", "paused", "cancelled", "done"]},
        "total": COUNT, "waiting": COUNT, "done": COUNT, "failed": COUNT,
        "rate": {"type": "number", "description": "Rows a second since the job last went on."},
        "secondsLeft": COUNT,
        "created": TEXT, "updated": TEXT, "rows": TEXT, "events": TEXT,
    },
    "required": ["id", "kind", "state", "total", "waiting", "done", "failed", "created", "updated"],
}  # fmt: skip
JOB_ROW = {
    "type": "object",
    "properties": {
        "row": {"type": "integer", "minimum": 1},
        "name": {"type": "string", "description": "The line or the entry it came as."},
        "state": {"enum": ["waiting", "done", "failed"]},
        "digest": TEXT,
        "credential": {"type": "string", "description": "Where the credential is."},
        "problem": {"$ref": "#/components/schemas/Problem"},
    },
    "required": ["row", "name", "state"],
}
STATUS_INFO = {
    "type": "object",
    "properties": {
        "imsx_codeMajor": {"enum": ["failure", "processing", "success", "unsupported"]},
        "imsx_severity": {"enum": ["error", "status", "warning"]},
        "imsx_description": {"type": "string"},
        "imsx_CodeMinor": {"type": "object"},
    },
    "required": ["imsx_codeMajor", "imsx_severity"],
}
SCHEMAS = {
    "StatusInfo": STATUS_INFO,
    "OAuthError": {
        "type": "object",
        "properties": {"error": TEXT, "error_description": TEXT},
        "required": ["error"],
    },
    "Record": RECORD,
    "Job": JOB,
    "JobRow": JOB_ROW,
    "Conversion": {
        "type": "object",
        "description": "Of a record that holds several credentials: `record`, `credentials` and `notConverted`.",
        "properties": {
            "credential": {
                "type": ["object", "string"], "description": "JSON; XML, a token, an image as `data:` as a string.",
            },
            "report": {"$ref": "#/components/schemas/Report"},
            "record": {"$ref": "#/components/schemas/Report"},
            "credentials": {"type": "array", "items": {"$ref": "#/components/schemas/ConvertedPart"}},
            "notConverted": {"type": "array", "items": TEXT},
        },
    },
    "ConvertedPart": {
        "type": "object",
        "properties": {
            "pointer": TEXT, "credential": {"type": ["object", "string"]},
            "report": {"$ref": "#/components/schemas/Report"}, "problem": {"$ref": "#/components/schemas/Problem"},
        },
        "required": ["pointer"],
    },
    "Report": REPORT,
    "VerifiedCredential": {
        "type": "object",
        "properties": {
            "verified": {"type": "boolean"},
            "errors": {"type": "array", "items": {"type": "object"}},
            "warnings": {"type": "array", "items": {"type": "object"}},
            "report": {"$ref": "#/components/schemas/Report"},
        },
        "required": ["verified", "errors", "warnings", "report"],
    },
    "Problem": {
        "type": "object",
        "properties": {
            "type": TEXT, "title": TEXT, "status": {"type": "integer"}, "code": TEXT,
            "detail": TEXT, "pointer": TEXT, "hint": TEXT,
            "instance": {"type": "string", "description": "A URN that ends in the id of the request."},
        },
        "required": ["type", "title", "status", "code", "detail"],
    },
}  # fmt: skip
