"""didkit and ACA-Py, which know no ``eddsa-rdfc-2022``: measured apart, at ``Ed25519Signature2020`` under VCDM 1.1.

Each runs in an environment of its own below ``build/``. One that cannot be installed, or makes what the gateway does
not verify, is not measured, and the page says why.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bench import ours
from bench.documents import document
from bench.measuring import Run, Turn, run_for
from bench.signing import GATEWAY
from bench.talking import Talk
from bench.world import World
from gateway.jsonld import bundled

__all__ = ["NAMES", "PEERS", "document_of", "turns"]

Json = dict[str, Any]
HERE = Path(__file__).resolve().parent / "elsewhere"
NAMES = ("small", "mid")
SITE_V1 = "https://www.w3.org/2018/credentials/v1"
SUITE = "https://w3id.org/security/suites/ed25519-2020/v1"
PROOF = "Ed25519Signature2020"
INSTALLING_SECONDS = 300


class Peer(NamedTuple):
    """A stack: what is installed, on which Python at least, and the context of Open Badges that it gets along with."""

    package: str
    python: tuple[int, int]
    script: str
    context: str


PEERS = {
    "didkit": Peer("didkit==0.3.3", (3, 11), "didkit_times.py", "https://purl.imsglobal.org/spec/ob/v3p0/context.json"),
    "ACA-Py": Peer(
        "acapy-agent==1.7.0", (3, 13), "acapy_times.py", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
    ),
}  # fmt: skip


def document_of(name: str, context: str) -> bytes:
    """A document under VCDM 1.1, without the members that one of the stacks has no term for."""
    tree = document(name, ours.DID)
    tree["@context"] = [SITE_V1, context, SUITE]
    tree["issuanceDate"] = tree.pop("validFrom")
    tree.pop("awardedDate", None)
    tree["credentialSubject"]["achievement"].pop("inLanguage", None)
    return json.dumps(tree).encode()


def turns(world: World) -> Iterator[Turn]:
    """The gateway and each stack that is there, on the same documents. What is missing goes into the notes."""
    for name, peer in PEERS.items():
        try:
            talk = Talk([str(_environment(peer, world)), str(HERE / peer.script), json.dumps(_known(world))])
            world.closing.append(talk.close)
            yield from _turns(name, peer, talk)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            world.notes.append(f"{name} was not measured: {_line(error)}")


def _turns(name: str, peer: Peer, talk: Talk) -> list[Turn]:
    made = []
    for size in NAMES:
        data = document_of(size, peer.context)
        theirs = talk.ask(job="sign", document=data.decode(), seconds=0)["output"]
        talk.ask(job="verify", document=_with_one_proof(ours.signed(data, PROOF)), seconds=0)
        if not ours.verified_today(theirs.encode()):
            raise RuntimeError("the gateway does not verify what it signs")
        works: dict[str, Callable[[], object]] = {
            "sign": partial(ours.signed, data, PROOF),
            "verify": partial(ours.verified, ours.signed(data, PROOF)),
        }
        for job, work in works.items():
            told = theirs if job == "verify" else data.decode()
            place = f"{size}, as {name} reads it"
            made.append(Turn("different", place, job, GATEWAY, partial(run_for, work)))
            made.append(Turn("different", place, job, name, _elsewhere(talk, job, told)))
    return made


def _with_one_proof(secured: bytes) -> str:
    """The same with the proof alone instead of in a list, which ACA-Py does not read; no signature covers that."""
    tree = json.loads(secured)
    (proof,) = tree["proof"]
    return json.dumps({**tree, "proof": proof})


def _elsewhere(talk: Talk, job: str, told: str) -> Run:
    def run(seconds: float) -> tuple[list[float], float]:
        answer = talk.ask(job=job, document=told, seconds=seconds)
        return answer["times"], answer["cpu"]

    return run


def _known(world: World) -> Json:
    """What a stack is told: the key in each form, the issuer's document, and where the contexts are."""
    contexts, path = bundled(), world.folder / "contexts.json"
    path.write_text(json.dumps({url: contexts.get(url) for url in contexts.urls()}))
    key = {
        "id": ours.METHOD, "type": "Ed25519VerificationKey2020", "controller": ours.DID,
        "publicKeyMultibase": ours.METHOD.partition("#")[2],
    }  # fmt: skip
    return {
        "seed": ours.SEED.hex(),
        "jwk": {"kty": "OKP", "crv": "Ed25519", "x": _b64(ours.PUBLIC.data), "d": _b64(ours.SEED)},
        "method": ours.METHOD,
        "controller": {
            "@context": ["https://www.w3.org/ns/did/v1", SUITE], "id": ours.DID, "assertionMethod": [key],
        },
        "contexts": str(path),
    }  # fmt: skip


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


# --- environments ----------------------------------------------------------------------------------


def _environment(peer: Peer, world: World) -> Path:
    """The Python of an environment with the stack in it, made where it is not yet there."""
    place = world.kept / peer.package.replace("==", "-")
    python, done = place / "bin" / "python", place / "installed"
    if not done.is_file():
        found = _python(peer.python)
        world.say(f"installing {peer.package}")
        subprocess.run([found, "-m", "venv", "--clear", str(place)], check=True, capture_output=True)
        command = [str(python), "-m", "pip", "install", "--quiet", peer.package]
        subprocess.run(command, check=True, capture_output=True, timeout=INSTALLING_SECONDS)
        done.touch()
    return python


def _python(least: tuple[int, int]) -> str:
    """An interpreter that is new enough, on the path or kept by pyenv. Raises ``RuntimeError`` where there is none."""
    asked = f"import sys; sys.exit(sys.version_info < {least})"
    names = [f"python3.{minor}" for minor in range(least[1], least[1] + 3)]
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for found in (
        sys.executable,
        *map(shutil.which, names),
        *(path for n in names for path in kept.glob(f"*/bin/{n}")),
    ):
        if found and subprocess.run([found, "-c", asked], capture_output=True, check=False).returncode == 0:
            return str(found)
    raise RuntimeError(f"it needs Python {least[0]}.{least[1]}, which is not there")


def _line(error: Exception) -> str:
    """The reason in one line."""
    if isinstance(error, subprocess.CalledProcessError):
        lines: list[str] = [
            line for line in error.stderr.decode(errors="replace").splitlines() if line.startswith("ERROR")
        ]
        return [f"its installation ended with {error.returncode}", *lines][-1][:200]
    return " ".join(str(error).split())[:200]
