"""Fixtures for the whole suite: where the corpora are, if they are here at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ("tests.databases",)

settings.register_profile("gateway", deadline=None)  # how fast the machine is decides no test
settings.load_profile("gateway")

REPOSITORY = Path(__file__).resolve().parent.parent


def corpora_path() -> Path:
    """The folder of other people's samples: ``$GATEWAY_CORPORA``, else ``../shared/data``."""
    given = os.environ.get("GATEWAY_CORPORA")
    return Path(given) if given else REPOSITORY.parent / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--accept`` writes what the cases give now into them, to be read before it is committed."""
    parser.addoption("--accept", action="store_true", help="rewrite the expected output of tests/cases")


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The corpora, or a skip that says where they were looked for."""
    path = corpora_path()
    if not path.is_dir():
        pytest.skip(f"no corpora at {path}: set GATEWAY_CORPORA to run these tests")
    return path
