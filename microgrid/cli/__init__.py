"""The command `microgrid`."""

from microgrid.cli.command import main

__all__ = ["main"]
