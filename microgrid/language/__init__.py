"""Every word and number that a reader sees, in English and Japanese."""

from microgrid.language.numerals import show, show_signed
from microgrid.language.words import LANGUAGES, words

__all__ = ["LANGUAGES", "show", "show_signed", "words"]
