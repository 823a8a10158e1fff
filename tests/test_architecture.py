"""The house rules, decided by reading the source: floors, doors, purity, size and words."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "gateway"

FLOORS = {
    # the first part of a module's name below ``gateway`` -> its floor
    "errors": 0, "records": 0,  # the ground of F0
    "configuration": 0.6,
    "report": 0.5, "settings": 0.5, "course": 0.5, "resources": 0.5, "pointers": 0.5, "messages": 0.5,
    "model": 1, "keys": 1, "retrieval": 1, "jsonld": 1, "codecs": 1, "codelists": 1,
    "mapping": 2, "envelopes": 2, "shapes": 2, "certificates": 2,
    "formats": 3, "proofs": 3, "status": 3,
    "core": 4,
    "fetch": 5, "copies": 5, "breaker": 5, "metrics": 5, "addresses": 5, "logs": 5, "hardening": 5,  # the ground of F5
    "telemetry": 5,
    "dids": 5.5, "trust": 5.5, "store": 5.5, "signer": 5.5, "compute": 5.5,
    "pipeline": 6, "jobs": 6.5,
    "api": 7, "web": 7, "cli": 7, "__main__": 7,
}  # fmt: skip
HIGHEST_PURE = 4

DOORS = {
    # a library -> the only places that import it
    "pyld": ("gateway/jsonld/",),
    "rfc8785": ("gateway/jsonld/",),
    "nacl": ("gateway/keys/",),
    "cryptography": ("gateway/keys/", "gateway/certificates/"),
    "asn1crypto": ("gateway/certificates/",),
    "lxml": ("gateway/envelopes/",),
    "orjson": ("gateway/envelopes/",),
    "signxml": ("gateway/envelopes/",),
    "sqlalchemy": ("gateway/store/",),
    "alembic": ("gateway/store/",),
    "dbos": ("gateway/jobs/engine.py",),
    "pkcs11": ("gateway/signer/token.py",),
    "segno": ("gateway/api/wallet_html.py",),
    "opentelemetry": ("gateway/telemetry.py",),
    "rich": ("gateway/cli/following.py",),
    "prometheus_client": ("gateway/metrics.py",),
    "aiohttp": ("gateway/addresses.py", "gateway/fetch.py", "gateway/signer/exchange.py", "gateway/api/"),
}

IMPURE_MODULES = frozenset(
    ("aiohttp", "asyncio", "concurrent", "glob", "http", "io", "logging", "multiprocessing", "os", "random",
     "requests", "secrets", "select", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess",
     "tempfile", "threading", "time", "urllib.request")
)  # fmt: skip
"""Clock, randomness, disk, environment, network and threads: none of them below the core."""
IMPURE_CALLS = frozenset(
    ("open", "input", "print", "now", "utcnow", "today", "uuid1", "uuid4", "urandom", "getenv",
     "read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "glob", "rglob", "mkdir", "unlink")
)  # fmt: skip
READS_PACKAGE_DATA = frozenset(("gateway/resources.py",))

LONGEST_FILE = 500
LONGEST_FUNCTION = 45
WRITTEN_BY_ALEMBIC = "gateway/store/migrations/versions/"
"""Steps of the schema, one list of tables each: as long as they are."""

SIDEWAYS = {
    # Imports inside a floor that leave the own folder. Each is a debt with its reason, none is a licence:
    # the test fails for a new one, and for one of these that is gone.
    ("gateway/codecs/__init__.py", "gateway.model"): "codecs make the hub's texts and need its LangString",
    ("gateway/cli/more.py", "gateway.api"): "`gateway serve` starts the HTTP face",
}


def files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "__pycache__" not in path.parts)


FILES = {path.relative_to(REPOSITORY).as_posix(): path for path in files()}


@cache
def tree_of(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text(encoding="utf-8"), filename=name)


def module_of(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {module_of(name): name for name in FILES}


def floor_of(module: str) -> float:
    return FLOORS[module.split(".")[1]]


def imports_of(name: str) -> Iterator[str]:
    """Every module a file imports, wherever the statement stands; submodules by their full name."""
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            submodules = [f"{base}.{alias.name}" for alias in node.names if f"{base}.{alias.name}" in MODULES]
            yield from submodules
            if len(submodules) < len(node.names):
                yield base


def own_imports(name: str) -> Iterator[str]:
    return (module for module in imports_of(name) if module.split(".")[0] == "gateway")


def below(name: str) -> bool:
    """Whether a file stands on a floor; the package's own ``__init__`` stands on none."""
    return name != "gateway/__init__.py"


def folder_of(module: str) -> str:
    """The folder a module stands in; a package stands in itself."""
    path = MODULES[module]
    return path.rsplit("/", 1)[0]


ON_FLOORS = [name for name in FILES if below(name)]
PURE = [name for name in ON_FLOORS if floor_of(module_of(name)) <= HIGHEST_PURE]


@pytest.mark.parametrize("name", ON_FLOORS)
def test_every_file_has_a_floor(name: str) -> None:
    assert module_of(name).split(".")[1] in FLOORS, f"give {name} a floor in the house first"


@pytest.mark.parametrize("name", FILES)
def test_imports_are_absolute_and_never_hidden_in_a_call(name: str) -> None:
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno} imports by dots"
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            assert called not in ("__import__", "import_module"), f"{name}:{node.lineno} imports by a call"


@pytest.mark.parametrize("name", ON_FLOORS)
def test_imports_point_down(name: str) -> None:
    here = floor_of(module_of(name))
    upward = [module for module in own_imports(name) if module != "gateway" and floor_of(module) > here]
    assert upward == [], f"{name} is on floor {here} and imports {upward}"


def test_inside_a_floor_a_file_imports_only_from_its_own_folder() -> None:
    sideways = set()
    for name in ON_FLOORS:
        for module in own_imports(name):
            same_floor = module in MODULES and floor_of(module) == floor_of(module_of(name))
            same_part = module.split(".")[1] == module_of(name).split(".")[1]
            if same_floor and not same_part and folder_of(module) != name.rsplit("/", 1)[0]:
                sideways.add((name, ".".join(module.split(".")[:2])))
    assert sideways == set(SIDEWAYS)


def test_what_is_imported_exists() -> None:
    unknown = {m for name in FILES for m in own_imports(name) if m != "gateway" and m not in MODULES}
    assert unknown == set()


def test_no_two_files_import_each_other_in_a_circle() -> None:
    graph = {
        module_of(name): {m for m in own_imports(name) if m in MODULES and m != module_of(name)}
        for name in FILES
    }
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, f"circle: {' -> '.join((*path[path.index(module) :], module))}"
        if module not in done:
            for other in sorted(graph[module]):
                visit(other, (*path, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())


@pytest.mark.parametrize("library", DOORS)
def test_each_library_has_one_door(library: str) -> None:
    users = [name for name in FILES if any(m.split(".")[0] == library for m in imports_of(name))]
    assert users, f"nobody imports {library} any more: take it out of the list and the dependencies"
    assert [name for name in users if not name.startswith(DOORS[library])] == []


def test_every_foreign_library_has_a_door() -> None:
    foreign = {m.split(".")[0] for name in FILES for m in imports_of(name)} - {"gateway", "__future__"}
    assert foreign - set(sys.stdlib_module_names) <= set(DOORS)


@pytest.mark.parametrize("name", PURE)
def test_the_lower_floors_are_pure(name: str) -> None:
    found = [f"line {line}: {what}" for line, what in impurities(tree_of(name))]
    if name in READS_PACKAGE_DATA:
        found = [what for what in found if not what.endswith(("read_bytes", "read_text", "glob", "iterdir"))]
    assert found == [], f"{name} touches the outside world"


def impurities(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith | ast.Await):
            yield node.lineno, "async"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            named = [alias.name for alias in node.names]
            modules = named if isinstance(node, ast.Import) else [node.module or ""]
            modules += [f"{modules[0]}.{item}" for item in named] if isinstance(node, ast.ImportFrom) else []
            yield from ((node.lineno, m) for m in modules if {m, m.split(".")[0]} & IMPURE_MODULES)
        elif isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called in IMPURE_CALLS:
                yield node.lineno, called
        elif isinstance(node, ast.Global):
            yield node.lineno, "global"


@pytest.mark.parametrize(
    "source",
    [
        "import os", "from os import environ", "import time", "import random", "import secrets",
        "import socket",
        "from urllib.request import urlopen", "from urllib import request", "async def f(): ...",
        "datetime.now()", "datetime.now(UTC)", "date.today()", "open('x')", "uuid.uuid4()",
        "Path('x').read_text()",
    ],
)  # fmt: skip
def test_the_purity_rule_sees_what_it_forbids(source: str) -> None:
    assert list(impurities(ast.parse(source)))


@pytest.mark.parametrize("name", FILES)
def test_every_module_says_what_it_is_for(name: str) -> None:
    assert (ast.get_docstring(tree_of(name)) or "").strip(), f"{name} has no docstring"


def public_names(tree: ast.Module) -> list[str] | None:
    """The literal entries of ``__all__``; None when there is none."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            elements = getattr(node, "value").elts  # noqa: B009
            return [item.value for item in elements if isinstance(item, ast.Constant)]
    return None


@pytest.mark.parametrize("name", [name for name in FILES if Path(name).stem not in ("__init__", "__main__")])
def test_every_public_module_lists_its_public_names(name: str) -> None:
    listed = public_names(tree_of(name))
    assert listed is not None, f"{name} has no __all__"
    assert len(set(listed)) == len(listed)
    defined = {
        target.id
        for node in ast.walk(tree_of(name))
        for target in ast.walk(node)
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(target, ast.Name)
    }
    defined |= {node.name for node in tree_of(name).body if hasattr(node, "name")}
    defined |= {
        a.asname or a.name for n in tree_of(name).body if isinstance(n, ast.ImportFrom) for a in n.names
    }
    assert set(listed) <= defined, f"{name} promises what it does not define"


@pytest.mark.parametrize("name", FILES)
def test_no_file_is_too_long(name: str) -> None:
    assert len(FILES[name].read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith(WRITTEN_BY_ALEMBIC)])
def test_no_function_is_too_long(name: str) -> None:
    functions = (n for n in ast.walk(tree_of(name)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = {f.name: (f.end_lineno or f.lineno) - f.lineno + 1 for f in functions}
    assert {f: length for f, length in lengths.items() if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_asserted_of_input(name: str) -> None:
    asserts = [node.lineno for node in ast.walk(tree_of(name)) if isinstance(node, ast.Assert)]
    assert asserts == [], f"{name} asserts: it vanishes under -O"
