"""The shapes of documents: which members each class of node has, checked by tables (``shapes/*.toml``)."""

from gateway.shapes.checking import Problem, problems_of
from gateway.shapes.table import Member, Shapes, load_shapes

__all__ = ["Member", "Problem", "Shapes", "load_shapes", "problems_of"]
