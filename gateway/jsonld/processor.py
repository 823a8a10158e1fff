"""The one import of pyld, without a document loader that could reach the network."""

from __future__ import annotations

import sys

__all__ = ["ContextResolver", "pyld"]

# pyld makes a default loader when it is imported, with the HTTP client it finds: a tenth of a second for a
# loader that nobody may use (D6). With no client to be found it makes one that refuses everything.
_HIDDEN = {name: sys.modules.get(name) for name in ("requests", "aiohttp")}
sys.modules.update(dict.fromkeys(_HIDDEN))  # type: ignore[arg-type]
try:
    from pyld import context_resolver, jsonld
finally:
    for _name, _module in _HIDDEN.items():
        del sys.modules[_name]
        if _module is not None:
            sys.modules[_name] = _module

pyld, ContextResolver = jsonld, context_resolver.ContextResolver
