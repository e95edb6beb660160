"""The page: a relay to step through in a browser, in one file; its JavaScript and CSS are in app/."""

from microgrid.studio.player import Player

__all__ = ["Player"]
