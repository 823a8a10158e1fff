"""Every code the gateway can say, read from its source: what is passed, anywhere, as a ``code``.

A function's parameter and a class's field named ``code`` take a code; what callers hand to them is followed
to the literals it can be. What cannot be followed is told too, so that no code escapes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import gateway

__all__ = ["all_codes", "check_names", "unknown_codes"]

ROOT = Path(gateway.__file__).parent
OTHER_CODES = ("codecs/", "formats/", "mapping/", "messages.py", "model/")
"""Where a code is one of a country or a scheme, where remarks on conversions are made, where codes are looked up."""
OTHER_CLASSES = frozenset(("Finding",))
VERDICTS = frozenset(("invalid", "undetermined"))
"""What the verdict of a check with a code can be, where a code is made of it."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Found = tuple[set[str], list[str]]


@cache
def _modules() -> dict[str, ast.Module]:
    paths = {path.relative_to(ROOT).as_posix(): path for path in sorted(ROOT.rglob("*.py"))}
    return {
        name: ast.parse(path.read_text(encoding="utf-8"))
        for name, path in paths.items()
        if not name.startswith(OTHER_CODES)
    }


# --- who takes a code ------------------------------------------------------------------------------


def _parameters(node: ast.AST) -> list[str]:
    """The names that arguments are bound to, in order."""
    if isinstance(node, Function):
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        return names[1:] if names[:1] in (["self"], ["cls"]) else names
    if isinstance(node, ast.ClassDef):
        for inner in node.body:
            if isinstance(inner, Function) and inner.name == "__init__":
                return _parameters(inner)
        fields = (f for f in node.body if isinstance(f, ast.AnnAssign) and isinstance(f.target, ast.Name))
        return [f.target.id for f in fields if "ClassVar" not in ast.unparse(f.annotation)]  # type: ignore[union-attr]
    return []


@cache
def _takers(module: str) -> dict[str, int]:
    """The functions and classes of a module that take a code, with its position."""
    return {
        node.name: names.index("code")
        for node in ast.walk(_modules()[module])
        if isinstance(node, Function | ast.ClassDef) and node.name not in (*OTHER_CLASSES, "__init__")
        and "code" in (names := _parameters(node))
    }  # fmt: skip


@cache
def _public_takers() -> dict[str, int]:
    return {
        name: at for module in _modules() for name, at in _takers(module).items() if not name.startswith("_")
    }


def _given(call: ast.Call, module: str) -> ast.expr | None:
    """What a call hands over as a code; None when it hands over none."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    for keyword in call.keywords:
        if keyword.arg == "code":
            return keyword.value if name not in OTHER_CLASSES else None
    position = _takers(module).get(name, _public_takers().get(name))
    if position is None or len(call.args) <= position:
        return None
    if any(isinstance(argument, ast.Starred) for argument in call.args[: position + 1]):
        return next(a for a in call.args if isinstance(a, ast.Starred)).value
    return call.args[position]


# --- what a code can be ------------------------------------------------------------------------------


def _values(node: ast.expr, module: str, scopes: tuple[ast.AST, ...]) -> Found:
    """The literals an expression can be, and what of it cannot be followed."""
    if isinstance(node, ast.Constant):
        return ({node.value} if isinstance(node.value, str) and node.value else set()), []
    if isinstance(node, ast.Attribute):
        return _attribute(node)
    if isinstance(node, ast.JoinedStr):
        parts = [_values(part, module, scopes) for part in node.values]
        return {"".join(p) for p in product(*(found for found, _ in parts))}, [
            place for _, lost in parts for place in lost
        ]
    if isinstance(node, ast.FormattedValue):
        return _values(node.value, module, scopes)
    if isinstance(node, ast.Name):
        return _named(node.id, module, scopes)
    parts_of = {
        ast.IfExp: lambda n: (n.body, n.orelse), ast.BoolOp: lambda n: n.values, ast.Dict: lambda n: n.values,
        ast.Subscript: lambda n: (n.value,), ast.Tuple: lambda n: n.elts, ast.List: lambda n: n.elts,
        ast.Set: lambda n: n.elts,
    }  # fmt: skip
    if type(node) in parts_of:
        return _merged(_values(part, module, scopes) for part in parts_of[type(node)](node))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return _merged(_values(part, module, scopes) for part in (node.func.value, *node.args[1:]))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _returned(node.func.id, module)
    return set(), [f"{module}:{node.lineno}: {ast.unparse(node)[:80]}"]


def _returned(name: str, module: str) -> Found:
    """What a function of the same module returns."""
    for node in _modules()[module].body:
        if isinstance(node, Function) and node.name == name:
            scopes = (_modules()[module], node)
            returned = [n.value for n in _own(node) if isinstance(n, ast.Return) and n.value is not None]
            return _merged(_values(value, module, scopes) for value in returned)
    return set(), [f"{module}: {name}()"]


def _defaults(node: Function, module: str) -> Found:
    """What a parameter named ``code`` is where a caller says nothing."""
    arguments = [*node.args.posonlyargs, *node.args.args]
    pairs = [*zip(reversed(arguments), reversed(node.args.defaults), strict=False),
             *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]  # fmt: skip
    given = (value for argument, value in pairs if argument.arg == "code" and value is not None)
    return _merged(_values(value, module, (_modules()[module],)) for value in given)


def _attribute(node: ast.Attribute) -> Found:
    """A code that something has already is found where it was given."""
    if node.attr in ("code", "reason"):
        return set(), []
    if ast.unparse(node).endswith(".verdict.value"):
        return set(VERDICTS), []
    return set(), [ast.unparse(node)]


def _merged(found: Iterator[Found]) -> Found:
    values: set[str] = set()
    unknown: list[str] = []
    for more, lost in found:
        values |= more
        unknown += lost
    return values, unknown


def _named(name: str, module: str, scopes: tuple[ast.AST, ...]) -> Found:
    """What a name stands for: in its function, its module, or where it is imported from."""
    for scope in reversed(scopes):
        if isinstance(scope, Function) and name in _parameters(scope):
            # What a parameter is, its callers say; their arguments are looked at by themselves.
            return (set(), []) if name == "code" else (set(), [f"{module}: parameter {name}"])
        bound = [b for node in _own(scope) for b in _bindings(node, name)]
        if bound:
            return _merged(_column(value, at, module, scopes) for value, at in bound)
    for node in ast.walk(_modules()[module]):
        if isinstance(node, ast.ImportFrom) and any((a.asname or a.name) == name for a in node.names):
            base = (node.module or "").removeprefix("gateway").strip(".").replace(".", "/")
            for target in (f"{base}.py", f"{base}/__init__.py"):
                if target in _modules():
                    return _named(name, target, (_modules()[target],))
    return set(), [f"{module}: {name}"]


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope without those of the functions in it."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, Function | ast.ClassDef):
            yield from _own(child)


def _bindings(node: ast.AST, name: str) -> Iterator[tuple[ast.expr, int | None]]:
    """The values a statement gives to a name, with the place in them where the name takes but a part."""
    targets: list[ast.expr] = []
    value: ast.expr | None = None
    loop = isinstance(node, ast.For | ast.comprehension)
    if isinstance(node, ast.Assign):
        targets, value = node.targets, node.value
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
        targets, value = [node.target], node.value
    elif isinstance(node, ast.For | ast.comprehension):
        targets, value = [node.target], node.iter
    for target in targets:
        if value is None:
            continue
        if isinstance(target, ast.Name) and target.id == name:
            yield value, None
        elif isinstance(target, ast.Tuple):
            names = [getattr(e, "id", "") for e in target.elts]
            if name in names:
                yield value, names.index(name) if loop else -1 - names.index(name)


def _column(value: ast.expr, at: int | None, module: str, scopes: tuple[ast.AST, ...]) -> Found:
    if at is None:
        return _values(value, module, scopes)
    if at < 0:
        if isinstance(value, ast.Tuple):
            return _values(value.elts[-1 - at], module, scopes)
        if isinstance(value, ast.IfExp):
            return _merged(_column(part, at, module, scopes) for part in (value.body, value.orelse))
        return set(), [f"{module}:{value.lineno}: {ast.unparse(value)[:80]}"]
    rows = _rows(value, module, scopes)
    if rows is None:
        return set(), [f"{module}:{value.lineno}: for … in {ast.unparse(value)[:80]}"]
    return _merged(_values(row[at], module, scopes) for row in rows)


def _rows(value: ast.expr, module: str, scopes: tuple[ast.AST, ...]) -> list[list[ast.expr]] | None:
    """The rows of a table that a loop goes through."""
    if isinstance(value, ast.Tuple | ast.List):
        rows = [row.elts for row in value.elts if isinstance(row, ast.Tuple)]
        return rows if len(rows) == len(value.elts) else None
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "items":
        table = _literal(value.func.value, module, scopes)
        if isinstance(table, ast.Dict):
            return [[k, v] for k, v in zip(table.keys, table.values, strict=True) if k is not None]
        return None
    literal = _literal(value, module, scopes)
    return _rows(literal, module, scopes) if literal is not None and literal is not value else None


def _literal(value: ast.expr, module: str, scopes: tuple[ast.AST, ...]) -> ast.expr | None:
    if not isinstance(value, ast.Name):
        return value
    for scope in reversed((_modules()[module], *scopes)):
        for node in _own(scope):
            for bound, at in _bindings(node, value.id):
                if at is None:
                    return bound
    return None


# --- all of them ---------------------------------------------------------------------------------------


def _walk(node: ast.AST, scopes: tuple[ast.AST, ...]) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    for child in ast.iter_child_nodes(node):
        inner = (*scopes, child) if isinstance(child, Function) else scopes
        yield child, inner
        yield from _walk(child, inner)


@cache
def _found() -> tuple[frozenset[str], tuple[str, ...]]:
    codes: set[str] = set()
    unknown: list[str] = []
    for module, tree in _modules().items():
        for node, scopes in _walk(tree, (tree,)):
            if isinstance(node, ast.Call) and (given := _given(node, module)) is not None:
                values, lost = _values(given, module, scopes)
                codes |= values
                unknown += [f"{module}:{node.lineno}: {entry}" for entry in lost]
            if isinstance(node, Function):
                codes |= _defaults(node, module)[0]
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    for value, _ in _bindings(line, "code"):
                        codes |= _values(value, module, scopes)[0]
    return frozenset(codes), tuple(unknown)


def all_codes() -> frozenset[str]:
    """Every code that an error, a check or a statement of a list can have."""
    return _found()[0]


def unknown_codes() -> tuple[str, ...]:
    """The places where it cannot be told which codes are given."""
    return _found()[1]


CHECK_PARTS = re.compile(
    r"(proof|structure|terms|schema|semantics|issuer|period|status|trust|endorsement|credential)\.([a-z_]+)\Z"
)


def check_names() -> set[str]:
    """The literal names of checks."""
    names: set[str] = set()
    for tree in _modules().values():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and CHECK_PARTS.match(node.value)
            ):
                names.add(node.value)
            called = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Check" and node.args
            if called and isinstance(node.args[0], ast.Constant):  # type: ignore[union-attr]
                names.add(node.args[0].value)  # type: ignore[union-attr]
    return names
