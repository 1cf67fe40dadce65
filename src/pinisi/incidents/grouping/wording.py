"""The engines' decisions in the words of those who read them: Indonesian, English, Japanese."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from pinisi.incidents.grouping.flood_control import Notice
from pinisi.incidents.grouping.grouping import Joined
from pinisi.incidents.grouping.rules import Load

Text = Mapping[str, str]


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    joined: Mapping[str, Text]
    notice: Mapping[str, Text]


def why_joined(joined: Joined) -> Text:
    """Why an event is in its group."""
    numbers = {"metres": round(joined.distance_m), "minutes": round(joined.gap_s / 60)}
    return _filled(_words().joined[joined.why], numbers)


def why_noticed(notice: Notice, load: Load) -> Text:
    """What becomes of an event, and why."""
    key = f"{notice.outcome.removesuffix('-again')}-{notice.reason}"
    return _filled(_words().notice[key], {"window": round(load.minutes)})


@cache
def _words() -> _Words:
    text = files("pinisi.incidents.grouping").joinpath("wording.toml").read_bytes()
    return msgspec.toml.decode(text, type=_Words)


def _filled(text: Text, numbers: Mapping[str, int]) -> Text:
    return {language: words.format_map(numbers) for language, words in text.items()}
