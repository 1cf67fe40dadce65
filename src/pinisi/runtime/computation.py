"""What a long computation is given and may raise: all that an engine needs to know of jobs, and light to import."""

from typing import Protocol

from pinisi.city.text import Text


class Progress(Protocol):
    """How a computation says how far it is: a share from 0 to 1, and a word on what it does now."""

    def __call__(self, share: float, note: str = "") -> None: ...


class JobFailed(Exception):
    """A computation that cannot be done, in words for the one who asked (`Text`: in his language)."""

    def __init__(self, text: Text | str) -> None:
        super().__init__(text if isinstance(text, str) else text.en)
        self.text = plain(text) if isinstance(text, str) else text


def plain(words: str) -> Text:
    """Words that nobody has translated."""
    return Text(words, words, words)
