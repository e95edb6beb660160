"""A graph that was recorded: its nodes and operations, folded into cards, computed again, checked and copied."""
