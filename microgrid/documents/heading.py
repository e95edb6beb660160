"""What a page is called."""

from __future__ import annotations

from dataclasses import dataclass

from microgrid._util.validation import quoted


@dataclass(frozen=True)
class Heading:
    """What a page is called, and one or two sentences on what to look at, in each language; all may be empty."""

    english: str = ""
    japanese: str = ""
    english_note: str = ""
    japanese_note: str = ""

    def __post_init__(self) -> None:
        for text in (self.english, self.japanese, self.english_note, self.japanese_note):
            if not isinstance(text, str):
                raise TypeError(f"a heading is text, got {quoted(text)}")
