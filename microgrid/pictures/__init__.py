"""Pictures of a graph: by Graphviz, as SVG for a page, moving, and on the cheat sheet for the wall."""
