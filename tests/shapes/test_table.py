"""Tables of shapes: how a row is read, and that one that is not well made is refused."""

from __future__ import annotations

import pytest

from gateway.errors import GatewayFailed
from gateway.shapes import load_shapes
from gateway.shapes.table import shapes_of

TABLES = ("ob2", "ob2_extensions", "ob3", "vcdm")


@pytest.mark.parametrize("name", TABLES)
def test_our_tables_are_well_made(name: str) -> None:
    shapes = load_shapes(name)
    assert shapes.classes
    assert all(members for members in shapes.classes.values())


@pytest.mark.parametrize(
    ("row", "kinds", "required", "many"),
    [
        ("text", ("text",), False, False),
        ("text?", ("text",), False, False),
        ("text!", ("text",), True, False),
        ("text|iri*", ("text", "iri"), False, True),
        ("types:A,B+", ("types:A,B",), True, True),
        ("Cat|iri", ("Cat", "iri"), False, False),
        ("enum:Colour", ("enum:Colour",), False, False),
    ],
)
def test_a_row_says_kinds_and_how_often(row: str, kinds: tuple[str, ...], required: bool, many: bool) -> None:
    shapes = shapes_of(f'[Cat]\nmember = "{row}"\n[enums]\nColour = ["black"]')
    member = shapes.classes["Cat"]["member"]
    assert (member.kinds, member.required, member.many) == (kinds, required, many)
    assert member.nested == tuple(kind for kind in kinds if kind == "Cat")


@pytest.mark.parametrize("row", ["txt", "enum:Nowhere", "types:", "text|Nothing!", ""])
def test_a_row_that_names_a_kind_there_is_not_is_refused(row: str) -> None:
    with pytest.raises(GatewayFailed, match="names"):
        shapes_of(f'[Cat]\nmember = "{row}"')


def test_what_open_badges_3_requires_is_required() -> None:
    classes = load_shapes("ob3").classes
    required = {name: {m for m, row in members.items() if row.required} for name, members in classes.items()}
    assert required["Achievement"] == {"id", "type", "criteria", "description", "name"}
    assert required["Alignment"] == {"type", "targetName", "targetUrl"}
    assert required["ResultDescription"] == {"id", "type", "name", "resultType"}
    assert required["IdentityObject"] == {"type", "hashed", "identityHash", "identityType"}
    assert required["Profile"] == {"id", "type"}
    assert required["OpenBadgeCredential"] == {
        "@context", "id", "type", "credentialSubject", "issuer", "validFrom",
    }  # fmt: skip
