"""Formats: one file each. FORMATS is the list everything else asks."""

from gateway.formats.catalogue import FORMATS, format_named, recognise
from gateway.formats.expressing import SEALS, Expressed, Understood, read_document, write_document
from gateway.formats.format import Format, WriteOptions

__all__ = [
    "FORMATS",
    "SEALS",
    "Expressed",
    "Format",
    "Understood",
    "WriteOptions",
    "format_named",
    "read_document",
    "recognise",
    "write_document",
]
