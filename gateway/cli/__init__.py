"""The command line: `gateway COMMAND`, one file for each group of commands."""

from gateway.cli.command import main

__all__ = ["main"]
