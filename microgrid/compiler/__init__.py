"""Compile a recorded graph to straight-line Python: dataflow analysis, code generation, compilation."""

from microgrid.compiler.compile import CompiledGraph, compile_graph

__all__ = ["CompiledGraph", "compile_graph"]
