"""The texts that people read, in each language, and the format of numbers."""

from microgrid.language.numerals import show, show_signed
from microgrid.language.words import LANGUAGES, words

__all__ = ["LANGUAGES", "show", "show_signed", "words"]
