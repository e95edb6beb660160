"""A recorded graph as straight-line Python: read as a dataflow, written out as a program, and compiled."""

from microgrid.compiler.compile import CompiledGraph, compile_graph

__all__ = ["CompiledGraph", "compile_graph"]
