"""The relay walked by keys in a terminal."""

from microgrid.terminal.screen import walk_relay
from microgrid.terminal.walk import Walk

__all__ = ["Walk", "walk_relay"]
