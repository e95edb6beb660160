"""The words of each language, and how numbers are written."""

from microgrid.language.numerals import show, show_signed
from microgrid.language.words import LANGUAGES, words

__all__ = ["LANGUAGES", "show", "show_signed", "words"]
