"""Pictures of a graph: by Graphviz, as SVG for a page, moving, and on the cheat sheet for the wall."""

from microgrid.pictures.cheatsheet import cheat_sheet
from microgrid.pictures.dot import Picture, draw, save_picture
from microgrid.pictures.graphviz_renderer import NoRendererError

__all__ = ["NoRendererError", "Picture", "cheat_sheet", "draw", "save_picture"]
