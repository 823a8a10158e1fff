"""States published JSON-LD contexts in the project's own normal form (decision 0008).

    python -m conformance.normalise_contexts CORPORA

Each context becomes one file of sorted terms, and ``contexts/manifest.toml`` says which URL it answers,
with the digest of our file and that of the published bytes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
W3C, OB, ELM = "w3c/contexts", "ob/contexts", "elm/elm-jsonld/contexts"
BUNDLED, DEVELOP = f"{OB}/validator-bundled", f"{OB}/spec-develop-2025-04"
OB3 = "https://purl.imsglobal.org/spec/ob/v3p0"
EDC = "http://data.europa.eu/snb/model/context/edc-ap"
DEV = "http://dev.everisdx.io/datamodel"
STATUS = "https://w3id.org/vc/status-list"

SOURCES: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    # our name, published file in the corpora, URLs it answers, whether it is what they answer now
    ("w3c/credentials-v1", f"{W3C}/credentials-v1.jsonld", ("https://www.w3.org/2018/credentials/v1",), True),
    ("w3c/credentials-v2", f"{W3C}/credentials-v2.jsonld", ("https://www.w3.org/ns/credentials/v2",), True),
    (
        "w3c/credentials-examples-v1",
        f"{BUNDLED}/2018-credentials-examples-v1.jsonld",
        ("https://www.w3.org/2018/credentials/examples/v1",),
        True,
    ),
    (
        "w3c/credentials-examples-v2",
        f"{W3C}/credentials-examples-v2.jsonld",
        ("https://www.w3.org/ns/credentials/examples/v2",),
        True,
    ),
    (
        "w3c/undefined-terms-v2",
        f"{W3C}/credentials-undefined-terms-v2.jsonld",
        ("https://www.w3.org/ns/credentials/undefined-terms/v2",),
        True,
    ),
    (
        "w3c/data-integrity-v1",
        f"{W3C}/data-integrity-v1.jsonld",
        ("https://w3id.org/security/data-integrity/v1",),
        True,
    ),
    (
        "w3c/data-integrity-v2",
        f"{W3C}/data-integrity-v2.jsonld",
        ("https://w3id.org/security/data-integrity/v2",),
        True,
    ),
    ("w3c/multikey-v1", f"{W3C}/multikey-v1.jsonld", ("https://w3id.org/security/multikey/v1",), True),
    ("w3c/jwk-v1", f"{W3C}/jwk-v1.jsonld", ("https://w3id.org/security/jwk/v1",), True),
    (
        "w3c/ed25519-2020-v1",
        f"{W3C}/ed25519-2020-v1.jsonld",
        ("https://w3id.org/security/suites/ed25519-2020/v1",),
        True,
    ),
    ("w3c/did-v1", f"{W3C}/did-v1.jsonld", ("https://www.w3.org/ns/did/v1",), True),
    ("w3c/did-v1.1", f"{W3C}/did-v1.1rc1.jsonld", ("https://www.w3.org/ns/did/v1.1",), True),
    ("w3c/cid-v1", f"{W3C}/cid-v1.jsonld", ("https://www.w3.org/ns/cid/v1",), True),
    ("w3c/status-list-2021-v1", f"{W3C}/vc-status-list-2021-v1.jsonld", (f"{STATUS}/2021/v1",), True),
    (
        "w3c/status-list-v1",
        f"{W3C}/vc-status-list-v1.jsonld",
        (f"{STATUS}/v1", "https://www.w3.org/ns/credentials/status/v1"),
        True,
    ),
    ("w3c/security-v1", f"{BUNDLED}/security-v1.jsonld", ("https://w3id.org/security/v1",), True),
    ("w3c/security-v2", f"{BUNDLED}/security-v2.jsonld", ("https://w3id.org/security/v2",), True),
    (
        "w3c/jws-2020-v1",
        f"{BUNDLED}/suites-jws-2020.jsonld",
        ("https://w3id.org/security/suites/jws-2020/v1",),
        True,
    ),
    (
        "w3c/citizenship-v4rc1",
        f"{W3C}/citizenship-v4rc1.jsonld",
        ("https://w3id.org/citizenship/v4rc1",),
        True,
    ),
    ("w3c/odrl", f"{BUNDLED}/odrl.jsonld", ("https://www.w3.org/ns/odrl.jsonld",), True),
    ("ob/v3p0", f"{DEVELOP}/context.json", (f"{OB3}/context.json", f"{OB3}/context-3.0.0.json"), True),
    ("ob/v3p0-3.0.1", f"{DEVELOP}/context-3.0.1.json", (f"{OB3}/context-3.0.1.json",), True),
    ("ob/v3p0-3.0.2", f"{DEVELOP}/context-3.0.2.json", (f"{OB3}/context-3.0.2.json",), True),
    ("ob/v3p0-3.0.3-2025-04", f"{DEVELOP}/context-3.0.3.json", (f"{OB3}/context-3.0.3.json",), False),
    ("ob/v3p0-3.0.3", f"{BUNDLED}/ob-v3p0-3.0.3.json", (f"{OB3}/context-3.0.3.json",), True),
    ("ob/v3p0-extensions", f"{BUNDLED}/ob-v3p0-extensions.json", (f"{OB3}/extensions.json",), True),
    (
        "ob/v2p0",
        f"{OB}/ob-v2p0-context.json",
        (
            "https://w3id.org/openbadges/v2",
            "https://openbadgespec.org/v2/context.json",
            "https://purl.imsglobal.org/ob/v2p0/context.json",
        ),
        True,
    ),
    (
        "ob/v1p1",
        f"{OB}/ob-v1p1-context.json",
        ("https://w3id.org/openbadges/v1", "https://openbadgespec.org/v1/context.json"),
        True,
    ),
    ("ob/v2p1", f"{OB}/ob_v2p1.jsonld", ("https://purl.imsglobal.org/spec/ob/v2p1/ob_v2p1.jsonld",), True),
    (
        "clr/v2p0",
        f"{BUNDLED}/clr-v2p0.json",
        ("https://purl.imsglobal.org/spec/clr/v2p0/context.json",),
        True,
    ),
    (
        "clr/v2p0-2.0.1",
        f"{BUNDLED}/clr-v2p0-2.0.1.json",
        ("https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",),
        True,
    ),
    ("elm/edc-ap-3.0", f"{ELM}/edc-ap-context_tag3.0.jsonld", (EDC,), False),
    ("elm/edc-ap-3.1", f"{ELM}/edc-ap-context_tag3.1.jsonld", (EDC,), False),
    ("elm/edc-ap-3.1-2024-02", f"{ELM}/edc-ap-context_v3.1_master-20240214.jsonld", (EDC,), False),
    (
        "elm/edc-ap-3.2",
        f"{ELM}/edc-ap-context_v3.2_LTS-20230912.jsonld",
        (EDC, f"{DEV}/edc-ap-context.jsonld", f"{DEV}/test/edc-ap-context.jsonld"),
        True,
    ),
)

ORDERED = frozenset({"@context"})


def normalise(value: Any, name: str = "") -> Any:
    """The same context with its terms sorted; arrays keep their order where it means something."""
    if isinstance(value, dict):
        return {key: normalise(value[key], key) for key in sorted(value)}
    if isinstance(value, list):
        items = [normalise(item, name) for item in value]
        if len(items) == 1 and name in ORDERED:
            return items[0]
        return sorted(items) if name == "@container" and all(isinstance(i, str) for i in items) else items
    return value


def serialise(document: dict[str, Any]) -> bytes:
    """The normal form as bytes: two spaces, one term a line, a newline at the end."""
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def main(corpora: Path) -> None:
    """Write every context and the manifest."""
    folder = REPOSITORY / "contexts"
    entries = []
    for name, source, urls, current in SOURCES:
        published = (corpora / source).read_bytes()
        ours = serialise(normalise({"@context": json.loads(published)["@context"]}))
        path = folder / f"{name}.jsonld"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(ours)
        entries.append(
            (
                name,
                urls,
                current,
                hashlib.sha256(ours).hexdigest(),
                hashlib.sha256(published).hexdigest(),
                source.split("/")[0],
            )
        )
    (folder / "manifest.toml").write_text(_manifest(entries))


def _manifest(entries: list[tuple[str, tuple[str, ...], bool, str, str, str]]) -> str:
    lines = ["# Which context answers which URL. Made by `python -m conformance.normalise_contexts`.", ""]
    for name, urls, current, ours, published, source in entries:
        quoted = ", ".join(f'"{url}"' for url in urls)
        lines += [
            "[[context]]",
            f'file = "{name}.jsonld"',
            f"urls = [{quoted}]",
            f"current = {str(current).lower()}",
            f'sha256 = "{ours}"',
            f'published = "{published}"',
            f'corpus = "{source}"',
            "",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
