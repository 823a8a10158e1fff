"""The hub: one credential model, a superset of ELM 3.2 and Open Badges 3.0 (D2).

Every text is a ``Text`` (language map), every coded value a ``Concept``; dates, durations and
numbers are kept as they were written. Nodes are frozen; ``gateway.model.schema`` lists their fields.
"""

from gateway.model import claims, contacts, credential, specifications, values
from gateway.model.claims import *  # noqa: F403
from gateway.model.cleaning import without_control_characters
from gateway.model.contacts import *  # noqa: F403
from gateway.model.credential import *  # noqa: F403
from gateway.model.difference import Difference, apply, difference
from gateway.model.schema import CLASSES, FieldSpec, fields_of, is_node, walk, walk_nodes
from gateway.model.serialization import from_json, to_json
from gateway.model.specifications import *  # noqa: F403
from gateway.model.values import *  # noqa: F403

__all__ = [
    "CLASSES",
    "Difference",
    "FieldSpec",
    "apply",
    "difference",
    "fields_of",
    "from_json",
    "is_node",
    "to_json",
    "walk",
    "walk_nodes",
    "without_control_characters",
    *claims.__all__,
    *contacts.__all__,
    *credential.__all__,
    *specifications.__all__,
    *values.__all__,
]
