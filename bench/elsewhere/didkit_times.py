"""didkit at signing and verifying, in an environment of its own: `bench.different` talks to it, a line a question."""

import asyncio
import json
import sys

import didkit
from answering import answer


async def main() -> None:
    """Answer questions with the key that was told."""
    key = json.dumps(json.loads(sys.argv[1])["jwk"])
    method = await didkit.key_to_verification_method("key", key)
    options = {
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
        "type": "Ed25519Signature2020",
    }

    async def run(job: str, text: str) -> str:
        if job == "sign":
            return str(await didkit.issue_credential(text, json.dumps(options), key))
        told = json.loads(await didkit.verify_credential(text, '{"proofPurpose": "assertionMethod"}'))
        if told["errors"]:
            raise RuntimeError(str(told["errors"])[:300])
        return "verified"

    await answer(run)


asyncio.run(main())
