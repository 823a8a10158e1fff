"""Where CPU work runs: in a pool of processes, small work where it is asked for, or all of it here (D9)."""

from gateway.compute.pool import PoolCompute
from gateway.compute.port import Compute, HereCompute
from gateway.compute.spare import Spare
from gateway.compute.watched import WatchedCompute

__all__ = ["Compute", "HereCompute", "PoolCompute", "Spare", "WatchedCompute"]
