"""Messages of a playbook with what is known of the incident in their places."""

from collections.abc import Mapping

import msgspec

from pinisi.city.text import LANGUAGES, Text, fill

PLACES = frozenset({"incident", "place", "time", "severity", "category", "city", "number", "lead"})
"""What may stand in braces: the incident's title, where and when it was, how grave, of which category, the city's name,
the short number of the incident, its lead agency."""

UNKNOWN = Text("(belum diketahui)", "(not known yet)", "（未確認）")
DRILL = Text(
    "LATIHAN, bukan kejadian sungguhan. ", "EXERCISE, not a real event. ", "【訓練】実際の災害ではありません。"
)


class Facts(msgspec.Struct, frozen=True):
    """What is known of an incident, as words by the name of their place."""

    words: Mapping[str, Text | str]


def filled(template: Text, facts: Facts, *, drill: bool) -> Text:
    """The message in each language. What is not known says so; that of a drill says first that it is one."""
    words = {place: facts.words.get(place) or UNKNOWN for place in PLACES}
    text = fill(template, **words)
    if not drill:
        return text
    return Text(*(getattr(DRILL, language) + getattr(text, language) for language in LANGUAGES))
