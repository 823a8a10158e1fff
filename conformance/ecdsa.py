"""The vectors of vc-di-ecdsa: every intermediate file and signed document, byte for byte.

Signatures are deterministic (RFC 6979), as the vectors' are, so that they are made anew and compared. Of
``ecdsa-sd-2023`` the derived proofs are verified, and the base proofs, which are for holders, refused.
"""

from __future__ import annotations

from pathlib import Path

from conformance.proof_steps import Json, Vector, read_json, steps, verified
from gateway.errors import ProofMalformed
from gateway.keys import secret_key_from_multikey
from gateway.proofs import proofs_of
from gateway.proofs.ecdsa_sd_2023 import parse_derived_proof

__all__ = ["checks"]

VECTORS = (
    ("p256KeyPair.json", Vector("ecdsa-rdfc-2019-p256", "ECDSAP256", "ecdsa-rdfc-2019")),
    ("p256KeyPair.json", Vector("ecdsa-rdfc-2019-p256/employ", "ECDSAP256", "ecdsa-rdfc-2019")),
    ("p256KeyPair.json", Vector("ecdsa-jcs-2019-p256", "JCSECDSAP256", "ecdsa-jcs-2019")),
    ("p384KeyPair.json", Vector("ecdsa-rdfc-2019-p384", "ECDSAP384", "ecdsa-rdfc-2019", "sha384")),
    ("p384KeyPair.json", Vector("ecdsa-rdfc-2019-p384/employ", "ECDSAP384", "ecdsa-rdfc-2019", "sha384")),
    ("p384KeyPair.json", Vector("ecdsa-jcs-2019-p384", "JCSECDSAP384", "ecdsa-jcs-2019", "sha384")),
)
SELECTIVE = ("employ", "prc")


def checks(folder: Path) -> dict[str, bool]:
    """Every check with its outcome."""
    done: dict[str, bool] = {}
    for pair, vector in VECTORS:
        secret = secret_key_from_multikey(read_json(folder / pair)["secretKeyMultibase"])
        done.update(steps(folder, vector, secret))
        signed = read_json(folder / vector.folder / f"signed{vector.ending}.json")
        done.update(verified(vector.folder, signed))
    for name in SELECTIVE:
        at = folder / "ecdsa-sd-2023" / name
        done.update(verified(f"ecdsa-sd-2023 {name}", read_json(at / "derivedRevealDocument.json")))
        done[f"ecdsa-sd-2023 {name} base proof"] = _refused(read_json(at / "addSignedSDBase.json"))
    return done


def _refused(base: Json) -> bool:
    try:
        parse_derived_proof(proofs_of(base)[0][1]["proofValue"])
    except ProofMalformed as error:
        return "base proof" in error.detail
    return False
