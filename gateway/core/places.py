"""Where things stand in one document: hub pointers by the trail of reading, hub paths by the format's table."""

from __future__ import annotations

from gateway.envelopes import Envelope, xpaths_of
from gateway.formats import Format
from gateway.formats.vocabulary import CARRIED
from gateway.mapping import Step, load_table, place_of

__all__ = ["Places"]

CARRIER_TABLE, CARRIER_ROOT = "vc", "Carried"


def _node_of(pointer: str) -> str:
    """Where a node stands, from the place of its type."""
    return pointer.rpartition("/type")[0]


def _is_carried(pointer: str) -> bool:
    """Whether a pointer leads into the gateway's carrier, which only the gateway understands."""
    return f"/{CARRIED}/" in pointer


class Places:
    """The places of one document of a format, from the ``steps`` of its reading.

    Places are JSON pointers, or XPaths in an XML document. In ``envelope`` it may stand inside a presentation.
    """

    def __init__(self, form: Format, steps: tuple[Step, ...], envelope: Envelope) -> None:
        root = envelope.root
        self._prefix = form.unwrap(envelope.tree)[1] if form.unwrap is not None else ""
        self._table = load_table(form.table)
        self._carries = form.attach is not None
        self._shown = xpaths_of(root.local) if root is not None else str
        self._here: dict[str, str] = {}
        for step in steps:
            self._note(_node_of(step.here) if step.rule == "type" else step.here, step.hub)

    def _note(self, here: str, hub: str) -> None:
        """Remember where a pointer and those above it stand; what the format has a place for, before its carrier."""
        while hub:
            known = self._here.get(hub)
            if known is not None and (_is_carried(here) or not _is_carried(known)):
                return
            self._here[hub] = here
            hub = hub.rpartition("/")[0]

    def at(self, pointer: str) -> str:
        """Where the document says what stands at a hub pointer; the first place of several."""
        here = self._here.get(pointer, "")
        return self._shown(here) if here else ""

    def own(self, path: tuple[str, ...]) -> str:
        """Where the format says what a path of fields leads to, in terms of its own; empty if nowhere."""
        place = place_of(self._table, path)
        return self._shown(self._prefix + place) if place is not None else ""

    def carried(self, path: tuple[str, ...]) -> str:
        """Where the gateway's carrier in a document of the format says it; empty if the format has none."""
        place = place_of(load_table(CARRIER_TABLE), path, CARRIER_ROOT) if self._carries else None
        return self._shown(f"{self._prefix}/{CARRIED}{place}") if place is not None else ""
