"""The core: what the gateway knows how to do with a credential, without a clock, a network or a key.

``understand`` bytes, ``express`` them in another format, ``check`` what secures them; signing is two
steps, ``prepare`` and ``attach``, with the signature made elsewhere in between.
"""

from gateway.core.checking import check, controllers
from gateway.core.expressing import ORIGINALS, Converted, ConvertOptions, Identity, express, render
from gateway.core.securing import attach, prepare, prepare_as_it_stands
from gateway.core.understanding import Inspected, Understanding, inspect, understand
from gateway.envelopes import write_json as render_json

__all__ = [
    "ORIGINALS",
    "Converted",
    "ConvertOptions",
    "Identity",
    "Inspected",
    "Understanding",
    "attach",
    "check",
    "controllers",
    "express",
    "inspect",
    "prepare",
    "prepare_as_it_stands",
    "render",
    "render_json",
    "understand",
]
