"""Envelopes: bytes to a tree and back, with every limit in one place. The only door to lxml."""

from gateway.envelopes.json_text import read_json, write_json, write_json_line
from gateway.envelopes.opening import Envelope, open_envelope, open_tree
from gateway.envelopes.xml_text import XmlName, read_xml, write_xml, xpaths_of

__all__ = [
    "Envelope",
    "XmlName",
    "open_envelope",
    "open_tree",
    "read_json",
    "read_xml",
    "write_json",
    "write_json_line",
    "write_xml",
    "xpaths_of",
]
