"""The image a credential is baked into: one that is given, or the one that it brings along itself."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from gateway.core.understanding import Understanding
from gateway.envelopes import Envelope, open_envelope
from gateway.envelopes.baking import BADGE_2, BADGE_3, Recipe, bake, media_type_of
from gateway.errors import FormatUnwritable, NotAnImage
from gateway.formats import recognise

__all__ = ["BAKED", "bake_in", "baked", "image_for", "recipe_of"]

BAKED: dict[str, Recipe] = {"ob3": BADGE_3, "ob2": BADGE_2, "ob1": BADGE_2}
"""How the credentials of a format are baked, by its name."""
_DATA = re.compile(r"data:image/(?:png|svg\+xml)(?:;charset=[A-Za-z0-9-]+)?;base64,([A-Za-z0-9+/=\s]+)\Z")
PLACES = (
    ("credentialSubject", "achievement", "image"), ("image",), ("badge", "image"), ("credentialSubject", "image"),
)  # fmt: skip
"""Where badges have their picture, the one of what is achieved first."""


def recipe_of(form: str) -> Recipe:
    """How the credentials of a format are baked. Raises ``FormatUnwritable`` for those that no image holds."""
    if form not in BAKED:
        raise FormatUnwritable(
            f"{form} is not baked into images", hint=f"Images hold badges: {', '.join(BAKED)}."
        )
    return BAKED[form]


def baked(credential: bytes, image: bytes = b"") -> bytes:
    """The image with a credential in it as it stands; without an image, the one the credential brings along.

    Raises what opening and recognising it does, ``FormatUnwritable``, and what ``bake`` does.
    """
    envelope = open_envelope(credential)
    recipe = recipe_of(recognise(envelope).name)
    return bake(image or _own_image(envelope, credential), envelope.data, recipe)


def image_for(source: Understanding, data: bytes, target: str, image: bytes | None) -> bytes:
    """The image that a conversion of the source is baked into; empty where it is none.

    Raises ``FormatUnwritable`` for a target that no image holds, ``NotAnImage``.
    """
    if image is None:
        return b""
    recipe_of(target)
    picture = image or _own_image(source.envelope, data)
    media_type_of(picture)
    return picture


def bake_in(image: bytes, credential: bytes, form: str) -> tuple[bytes, str]:
    """A credential of a format in an image, and the media type of that. Raises what ``bake`` does."""
    return bake(image, credential, recipe_of(form)), media_type_of(image)


def _own_image(envelope: Envelope, data: bytes) -> bytes:
    """The image that a credential came in, or that stands in it as a ``data:`` URL; nothing is fetched."""
    if envelope.image.startswith("image/"):
        return data
    for url in _pictures(envelope.tree):
        if found := _DATA.match(url):
            try:
                return base64.b64decode("".join(found[1].split()), validate=True)
            except (binascii.Error, ValueError):
                continue
    raise NotAnImage(
        "the credential brings no PNG or SVG image along", hint="Give the image to bake it into."
    )


def _pictures(tree: Any) -> Iterator[str]:
    """The addresses of the pictures of a badge."""
    for place in PLACES:
        node = tree
        for name in place:
            node = node[0] if isinstance(node, list) and node else node
            node = node.get(name) if isinstance(node, dict) else None
        node = node[0] if isinstance(node, list) and node else node
        url = node.get("id") if isinstance(node, dict) else node
        if isinstance(url, str):
            yield url
