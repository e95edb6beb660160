"""Documents that a learner opens: expressions, parsed safely, and the examples."""

from microgrid.documents.examples import EXAMPLES, example
from microgrid.documents.expression import ExpressionError, read_expression

__all__ = ["EXAMPLES", "ExpressionError", "example", "read_expression"]
