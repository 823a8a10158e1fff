"""ACA-Py at signing and verifying, in an environment of its own: `bench.different` talks to it, a line a question."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from acapy_agent.vc.ld_proofs import CredentialIssuancePurpose, Ed25519Signature2020, KeyPair
from acapy_agent.vc.vc_ld.issue import issue
from acapy_agent.vc.vc_ld.verify import verify_credential
from answering import answer
from nacl.signing import SigningKey, VerifyKey

KNOWN = json.loads(sys.argv[1])
DATE = datetime(2026, 2, 1, tzinfo=UTC)
CONTEXTS = json.loads(Path(KNOWN["contexts"]).read_text())


class Pair(KeyPair):
    """A key in memory, so that no wallet is measured."""

    def __init__(self) -> None:
        self.secret = SigningKey(bytes.fromhex(KNOWN["seed"]))
        self.public = VerifyKey(bytes(self.secret.verify_key))

    async def sign(self, message: bytes) -> bytes:
        return self.secret.sign(message).signature

    async def verify(self, message: bytes, signature: bytes) -> bool:
        self.public.verify(message, signature)
        return True

    @property
    def has_public_key(self) -> bool:
        return True

    @property
    def public_key(self) -> bytes:
        return bytes(self.public)

    def from_verification_method(self, verification_method: dict) -> "Pair":
        return self


def load(url: str, _: dict) -> dict:
    """Contexts and the issuer's document, from memory."""
    document = KNOWN["controller"] if url.startswith("did:") else CONTEXTS[url]
    return {"contextUrl": None, "documentUrl": url, "document": document, "tag": "static"}


async def run(job: str, text: str) -> str:
    """What is made, as text. Raises ``RuntimeError`` where nothing holds."""
    pair = Pair()
    if job == "sign":
        suite = Ed25519Signature2020(key_pair=pair, verification_method=KNOWN["method"], date=DATE)
        purpose = CredentialIssuancePurpose()
        made = await issue(credential=json.loads(text), suite=suite, document_loader=load, purpose=purpose)
        return json.dumps(made)
    told = await verify_credential(
        credential=json.loads(text), suites=[Ed25519Signature2020(key_pair=pair)], document_loader=load
    )
    if not told.verified:
        raise RuntimeError(f"not verified: {told.errors}"[:300])
    return "verified"


asyncio.run(answer(run))
