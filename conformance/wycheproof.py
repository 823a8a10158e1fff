"""Signatures of wycheproof, https://github.com/C2SP/wycheproof: accepted if valid, refused if not.

    python -m conformance.wycheproof FOLDER

judges the files of FILES in a folder, ``testvectors_v1`` of a clone. What wycheproof calls acceptable may
be refused.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from gateway.errors import KeyInvalid, ProofInvalid
from gateway.keys import PublicKey, public_key_from_der, verify_signature

__all__ = ["FILES", "checks"]

Json = dict[str, Any]
FILES = (
    "ed25519_test.json",
    "ecdsa_secp256r1_sha256_p1363_test.json",
    "ecdsa_secp384r1_sha384_p1363_test.json",
    "rsa_signature_2048_sha256_test.json",
    "rsa_signature_3072_sha256_test.json",
)


def checks(path: Path) -> dict[str, bool]:
    """Each signature of a file: whether it is judged as it must be."""
    return {
        f"{path.stem} {case['tcId']}": _right(_holds(group, case), case["result"])
        for group in json.loads(path.read_text())["testGroups"]
        for case in group["tests"]
    }


def _right(holds: bool, result: str) -> bool:
    return holds == (result == "valid") or (result == "acceptable" and not holds)


def _holds(group: Json, case: Json) -> bool:
    try:
        key = _key(group)
        verify_signature(key, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
    except (KeyInvalid, ProofInvalid):
        return False
    return True


def _key(group: Json) -> PublicKey:
    """Ed25519 keys are taken as they are, so that it is the signature that is judged."""
    if group["type"] == "EddsaVerify":
        return PublicKey("ed25519", bytes.fromhex(group["publicKey"]["pk"]))
    return public_key_from_der(bytes.fromhex(group["publicKeyDer"]))


def main() -> int:
    """Print a line for each file there is; 1 when a signature is judged wrong or there is no file."""
    folder = Path(sys.argv[1])
    found = [folder / name for name in FILES if (folder / name).is_file()]
    wrong = 0
    for path in found:
        outcomes = checks(path)
        print(f"{sum(outcomes.values())}/{len(outcomes)}  {path.stem}")
        wrong += len(outcomes) - sum(outcomes.values())
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    sys.exit(main())
