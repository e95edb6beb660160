"""Step through a relay with the keys of a terminal."""

from microgrid.terminal.screen import walk_relay
from microgrid.terminal.walk import Walk

__all__ = ["Walk", "walk_relay"]
