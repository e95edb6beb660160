"""Pictures of a graph: by Graphviz, as SVG for a page, moving, and on the cheat sheet for the wall."""

from microgrid._util.errors import NoRendererError
from microgrid.pictures.cheatsheet import cheat_sheet
from microgrid.pictures.dot import Picture, draw, save_picture

__all__ = ["NoRendererError", "Picture", "cheat_sheet", "draw", "save_picture"]
