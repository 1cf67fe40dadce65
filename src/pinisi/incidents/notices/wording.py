"""The words of notices in three languages, and how a happening is put into them."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from pinisi.city.notices import PLACES, Notices, Occasion, Wording
from pinisi.city.text import LANGUAGES, Text, fill
from pinisi.incidents.notices.happening import Happening
from pinisi.incidents.procedures.messages import DRILL


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: Mapping[Occasion, Wording]
    said: Mapping[str, Text]


def said(key: str, **values: "str | float | Text") -> Text:
    """One of the house's own phrases."""
    return fill(_words().said[key], **values)


def told(happening: Happening, city: Notices) -> tuple[Text, Text]:
    """Title and text in each language. An exercise says first that it is one; what is not known says so."""
    wording = city.words.get(happening.on) or _words().words[happening.on]
    known = {place: happening.words.get(place) or said("unknown") for place in PLACES[happening.on]}
    title, text = fill(wording.title, **known), fill(wording.text, **known)
    if not happening.exercise:
        return title, text
    marked = (getattr(DRILL, language) + "\n" + getattr(text, language) for language in LANGUAGES)
    return fill(_words().said["exercise"], title=title), Text(*marked)


@cache
def _words() -> _Words:
    text = files("pinisi.incidents.notices").joinpath("wording.toml").read_bytes()
    return msgspec.toml.decode(text, type=_Words)
