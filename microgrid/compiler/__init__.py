"""A recorded graph as straight-line Python: read as a dataflow, written out as a program, compiled."""
