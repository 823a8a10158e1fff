"""Bad input, one of each kind, with the code it must get: for the pipeline, the command line and HTTP."""

from __future__ import annotations

import copy
import json
from typing import Any

from gateway.resources import example_bytes

BADGE: dict[str, Any] = json.loads(example_bytes("badge.ob3.json"))
PROOF = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2026-01-01T00:00:00Z",
    "verificationMethod": "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
    "#z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
    "proofPurpose": "assertionMethod",
    "proofValue": "z" + "1" * 64,
}


def _badge(**changes: Any) -> bytes:
    tree = {**copy.deepcopy(BADGE), **changes}
    return json.dumps({name: value for name, value in tree.items() if value is not None}).encode()


def _with_context(context: Any) -> bytes:
    return _badge(**{"@context": [*BADGE["@context"], context], "proof": PROOF})


def _poison() -> bytes:
    many = [
        {
            "type": ["Alignment"],
            "targetName": "same",
            "targetUrl": "https://x.example/",
            "targetFramework": "f",
        }
        for _ in range(12)
    ]
    subject = copy.deepcopy(BADGE["credentialSubject"])
    subject["achievement"]["alignment"] = many
    del subject["achievement"]["id"]
    # Two parents that only their children could tell apart, and children that are all alike.
    subject["achievement"] = [subject["achievement"], copy.deepcopy(subject["achievement"])]
    return _badge(credentialSubject=subject, proof=PROOF)


XML = '<?xml version="1.0" encoding="UTF-8"?>'
EUP = 'xmlns="http://data.europa.eu/snb"'
BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))

BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "format_unknown"),
    "a sentence": (b"hello", "format_unknown"),
    "PNG": (b"\x89PNG\r\n\x1a\n....", "baked_image_malformed"),
    "PDF": (b"%PDF-1.7 ...", "no_attachment"),
    "JWT": (b"eyJhbGciOiJFZERTQSJ9.eyJ2YyI6e319.c2lnbmF0dXJl", "format_unknown"),
    "old Europass CV": (
        b'<SkillsPassport xmlns="http://europass.cedefop.europa.eu/Europass"/>',
        "format_unknown",
    ),
    "HR-XML": (b'<Candidate xmlns="http://www.europass.eu/1.0"/>', "format_unknown"),
    "another XML": (b"<html/>", "format_unknown"),
    "JSON without type": (b'{"name": "x"}', "format_unknown"),
    "an array": (b"[1, 2]", "not_a_credential"),
    "a damaged JWT": (b"eyJhbGciOiJFZERTQSJ9.eyJ2YyI6e319fQ.c2lnbmF0dXJl", "malformed_json"),
    "an SD-JWT": (b"eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJkaWQ6eCJ9.c2ln~", "format_unknown"),
    "a disclosure of nothing": (b"eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJkaWQ6eCJ9.c2ln~WyJ4Il0~", "malformed_jwt"),
    "a presentation": (b'{"type": ["VerifiablePresentation"]}', "not_a_credential"),
    "truncated JSON": (_badge()[:-40], "malformed_json"),
    "truncated XML": (f"{XML}<europassCredential {EUP}><title>".encode(), "malformed_xml"),
    "UTF-16 JSON": (_badge().decode().encode("utf-16"), "wrong_encoding"),
    "Latin-1 JSON": ('{"name": "é"}'.encode("latin-1"), "wrong_encoding"),
    "Latin-1 XML": (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "wrong_encoding"),
    "duplicate key": (b'{"type": "a", "type": "b"}', "duplicate_key"),
    "NaN": (b'{"type": NaN}', "not_an_interoperable_number"),
    "a huge number": (b'{"type": 1e400}', "not_an_interoperable_number"),
    "deep nesting": (b'{"a":' * 5000 + b"1" + b"}" * 5000, "nesting_too_deep"),
    "very deep nesting": (b"[" * 200_000, "nesting_too_deep"),
    "oversized": (b'{"a": "' + b"x" * (8 * 1024 * 1024) + b'"}', "too_large"),
    "DOCTYPE": (f"{XML}<!DOCTYPE a><europassCredential {EUP}/>".encode(), "doctype_forbidden"),
    "an entity bomb": (
        f'{XML}<!DOCTYPE a [<!ENTITY a0 "x">{BOMB}]><europassCredential {EUP}>&a8;'.encode(),
        "doctype_forbidden",
    ),
    "a comment in a value": (
        f"{XML}<europassCredential {EUP}><title>a<!-- b -->c</title></europassCredential>".encode(),
        "comment_in_value",
    ),
    "a PI in a value": (
        f"{XML}<europassCredential {EUP}><title>a<?b c?>d</title></europassCredential>".encode(),
        "comment_in_value",
    ),
    "a million elements": (
        f"{XML}<europassCredential {EUP}>{'<a/>' * 1_000_000}</europassCredential>".encode(),
        "too_many_elements",
    ),
    "no subject": (_badge(credentialSubject=None), "no_subject"),
    "an empty subject": (_badge(credentialSubject={}), "no_subject"),
    "several subjects": (_badge(credentialSubject=[BADGE["credentialSubject"]] * 2), "several_subjects"),
    "no subject in XML": (f"{XML}<europassCredential {EUP}/>".encode(), "no_subject"),
    "an unknown context": (_with_context("https://context.example/unknown"), "unknown_context"),
    "a protected term": (
        _with_context({"name": "https://x.example/name"}),
        "protected_term_redefinition",
    ),
    "an undefined term": (_badge(shoeSize="44", proof=PROOF), "undefined_term"),
    "a relative id": (
        _badge(evidence=[{"id": "forged", "type": ["Evidence"]}], proof=PROOF),
        "unsafe_jsonld",
    ),
    "a poison graph": (_poison(), "canonicalization_too_complex"),
}
"""What is handed in, and the code of the refusal. Linked data is refused where a proof stands on it."""
