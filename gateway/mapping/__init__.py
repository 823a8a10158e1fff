"""The mapping engine: one table per format, run in both directions, every leaf accounted for."""

from gateway.mapping.accounting import Accounts, account, leaves_of
from gateway.mapping.drafts import Draft
from gateway.mapping.places import place_of
from gateway.mapping.reading import MAX_NODES, NodeIndex, Reader, Reading
from gateway.mapping.reading_rows import reader_of
from gateway.mapping.table import Row, Section, Table, load_table, parse_table
from gateway.mapping.trace import Step, below
from gateway.mapping.writing import Writer
from gateway.mapping.writing_rows import writer_of

__all__ = [
    "MAX_NODES",
    "Accounts",
    "Draft",
    "NodeIndex",
    "Reader",
    "Reading",
    "Row",
    "Section",
    "Step",
    "Table",
    "Writer",
    "account",
    "below",
    "leaves_of",
    "load_table",
    "parse_table",
    "place_of",
    "reader_of",
    "writer_of",
]
