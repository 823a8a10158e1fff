"""What a command loads before it does anything: never what only other commands or other documents need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.pipeline import contexts_known
from gateway.resources import data_path

RUN = """
import json, sys
from gateway.cli import main
try:
    code = main(sys.argv[1:])
except SystemExit as done:
    code = done.code
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""
NOT_FOR_A_DOCUMENT = (
    "aiohttp", "alembic", "asn1crypto", "cryptography", "gateway.api", "gateway.certificates", "gateway.cli.keys",
    "gateway.cli.more", "gateway.dids.webvh", "gateway.envelopes.trusted_list", "gateway.proofs.jades",
    "gateway.proofs.xades", "gateway.signer.kms", "gateway.signer.token", "gateway.store", "gateway.trust.ebsi",
    "gateway.trust.eu_trusted_list", "gateway.trust.federation", "multiformats", "pkcs11", "prometheus_client",
    "requests", "signxml", "sqlalchemy",
)  # fmt: skip
"""What nobody who converts, signs or verifies an unsealed document with an Ed25519 key needs."""
NOT_FOR_HELP = (
    *NOT_FOR_A_DOCUMENT,
    "asyncio",
    "gateway.core",
    "gateway.pipeline",
    "lxml",
    "nacl",
    "pyld",
    "tomllib",
)

EXAMPLES = data_path("examples").resolve()


def loaded(folder: Path, *arguments: str) -> set[str]:
    """The modules that are there when a command is done, which it must do well."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, cwd=folder, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [
        ("convert", f"{EXAMPLES}/badge.edci-xml.xml", "--to", "ob3"),
        ("convert", f"{EXAMPLES}/micro-credential.elm3.json", "--to", "ob3"),
        ("verify", f"{EXAMPLES}/badge.vc.json"),
    ],
    ids=["xml", "elm", "verify"],
)
def test_a_document_loads_what_it_needs_and_no_more(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    found = loaded(tmp_path, *arguments)
    assert "gateway.pipeline" in found
    assert found & set(NOT_FOR_A_DOCUMENT) == set()


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)])
def test_help_loads_next_to_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert loaded(tmp_path, *arguments) & set(NOT_FOR_HELP) == set()


def test_pyld_is_loaded_without_a_way_to_the_network(tmp_path: Path) -> None:
    told = (
        "from gateway.jsonld.processor import pyld\n"
        "try:\n    pyld.get_document_loader()('https://example.org/', {})\n"
        "except pyld.JsonLdError as refused:\n    print(refused.type)\n"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip()


def test_what_a_worker_process_is_asked_by_a_probe_loads_no_service(tmp_path: Path) -> None:
    asked = f"import json, sys, {contexts_known.__module__} as asked\n"
    told = asked + "asked.contexts_known()\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert set(json.loads(done.stdout)) & {"aiohttp", "alembic", "gateway.api", "sqlalchemy"} == set()
