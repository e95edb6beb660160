"""The page: a relay to step through in a browser, in one file; its program stands in app/."""

from microgrid.studio.player import Player

__all__ = ["Player"]
