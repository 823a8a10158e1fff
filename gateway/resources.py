"""The data that comes with the gateway, in a wheel and a checkout alike: tables, contexts, sentences."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gateway.errors import GatewayFailed

__all__ = [
    "codelist_names",
    "codelist_text",
    "completeness_text",
    "context_bytes",
    "data_path",
    "example_bytes",
    "example_names",
    "mapping_names",
    "mapping_text",
    "message_languages",
    "message_text",
    "shape_text",
    "word_text",
]

_PACKAGE = Path(__file__).resolve().parent


@cache
def data_path(folder: str) -> Path:
    """A folder of data, as ``mappings`` or ``contexts``: inside the wheel, else beside the package."""
    for candidate in (_PACKAGE / "_data" / folder, _PACKAGE.parent / folder):
        if candidate.is_dir():
            return candidate
    raise GatewayFailed(f"the gateway's own {folder} are missing", hint="Install the package again.")


def _read(folder: str, name: str) -> bytes:
    path = data_path(folder) / name
    if ".." in Path(name).parts or not path.is_file():
        raise GatewayFailed(f"no {name} among the gateway's {folder}")
    return path.read_bytes()


@cache
def mapping_text(name: str) -> str:
    """A mapping table, as TOML text; read once."""
    return _read("mappings", name).decode()


def mapping_names() -> tuple[str, ...]:
    """The names of all mapping tables, without ``.toml``."""
    return tuple(sorted(path.stem for path in data_path("mappings").glob("*.toml")))


@cache
def context_bytes(path: str) -> bytes:
    """A file of ``contexts/``, byte for byte; read once."""
    return _read("contexts", path)


def message_languages() -> tuple[str, ...]:
    """The languages that there is a message catalogue for."""
    return tuple(sorted(path.stem for path in data_path("messages").glob("*.toml")))


def message_text(language: str) -> str:
    """The message catalogue of a language, as TOML text."""
    return _read("messages", f"{language}.toml").decode()


def word_text(language: str) -> str:
    """The words of a language that are no code's, as TOML text."""
    return _read("messages/words", f"{language}.toml").decode()


def shape_text(name: str) -> str:
    """A table of shapes, as TOML text."""
    return _read("shapes", f"{name}.toml").decode()


@cache
def codelist_names() -> tuple[str, ...]:
    """The names of all code lists, without ``.toml``."""
    return tuple(sorted(path.stem for path in data_path("codelists").glob("*.toml")))


def codelist_text(name: str) -> str:
    """A code list, as TOML text."""
    return _read("codelists", f"{name}.toml").decode()


def completeness_text(name: str) -> str:
    """What a micro-credential has to state: elements, profiles, dimensions, as TOML text."""
    return _read("completeness", f"{name}.toml").decode()


def example_names() -> tuple[str, ...]:
    """The gateway's own example credentials."""
    return tuple(sorted(path.name for path in data_path("examples").iterdir() if path.is_file()))


def example_bytes(name: str) -> bytes:
    """One example credential, byte for byte."""
    return _read("examples", name)
