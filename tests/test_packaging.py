"""The wheel: everything the gateway reads is in it, and it works without the checkout beside it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = ("mappings", "contexts", "messages", "shapes", "completeness", "codelists", "examples")
PROGRAM = """
import sys
sys.path.insert(0, {wheel!r})
import gateway
assert gateway.__file__.startswith({wheel!r}), gateway.__file__
from gateway.cli import main
sys.exit(main(["convert", {example!r}, "--to", "vc", "--out", "out.json", "--report", "report.json"]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("*.whl")
    return made


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_file_of_the_package_and_its_data_is_in_the_wheel(wheel: Path) -> None:
    package = {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / "gateway").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    data = {
        f"gateway/_data/{path.relative_to(REPOSITORY).as_posix()}"
        for folder in DATA
        for path in (REPOSITORY / folder).rglob("*")
        if path.is_file()
    }
    assert package | data <= names(wheel)
    assert "gateway/py.typed" in package


def test_nothing_else_is_in_the_wheel(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names(wheel)}
    assert tops == {"gateway", next(top for top in tops if top.endswith(".dist-info"))}


def test_the_wheel_works_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    example = tmp_path / "credential.json"
    example.write_bytes((REPOSITORY / "examples/micro-credential.elm3.json").read_bytes())
    program = PROGRAM.format(wheel=str(unpacked), example=str(example))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.json").read_bytes().startswith(b"{")
    assert (unpacked / "gateway/_data/mappings").is_dir()
