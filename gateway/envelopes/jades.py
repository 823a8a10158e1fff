"""JAdES: the payload of a JWS in general JSON serialization, as the Commission seals ELM v3.

The seal itself is verified elsewhere (``proofs/jades.py``). RFC 7515 section 7.2.1; RFC 7797
(``b64: false``): the payload is the credential's JSON text as one JSON string.
"""

from __future__ import annotations

from typing import Any

from gateway.envelopes.json_text import read_json
from gateway.errors import MalformedJson

__all__ = ["is_jades", "payload_of"]


def is_jades(tree: Any) -> bool:
    """Whether a JSON document is a JWS with exactly a payload and signatures."""
    return isinstance(tree, dict) and set(tree) == {"payload", "signatures"}


def payload_of(tree: dict[str, Any]) -> Any:
    """The sealed document; ``MalformedJson`` when the payload is not JSON text."""
    payload = tree["payload"]
    if not isinstance(payload, str):
        raise MalformedJson("the payload of a sealed credential is a text", pointer="/payload")
    return read_json(payload.encode("utf-8", "surrogatepass"))
