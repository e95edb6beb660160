"""Documents that a learner opens: snippets of Python, read safely, and the examples."""

from microgrid.documents.attention import name_attention
from microgrid.documents.document import read_document
from microgrid.documents.examples import EXAMPLES, Heading, example
from microgrid.documents.gallery import GALLERY
from microgrid.documents.syntax import ExpressionError

__all__ = ["EXAMPLES", "GALLERY", "ExpressionError", "Heading", "example", "name_attention", "read_document"]
