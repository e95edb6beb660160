"""Compile a recorded graph to straight-line Python: dataflow analysis, code generation, compilation."""

from microgrid.compiler.block import CompiledBlock, compile_block
from microgrid.compiler.buffer import ParameterBuffer
from microgrid.compiler.compile import CompiledGraph, compile_graph

__all__ = ["CompiledBlock", "CompiledGraph", "ParameterBuffer", "compile_block", "compile_graph"]
