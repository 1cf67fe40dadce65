"""Where the numbers of one section come from: values of the same origin share a letter, which is told below. Pure."""

from collections.abc import Iterator, Mapping
from string import ascii_lowercase

import msgspec

from pinisi.city.text import Text, format_number
from pinisi.city.value import State, Value
from pinisi.incidents.report.after_action import moment
from pinisi.incidents.report.wording import Tongue
from pinisi.vocabulary.instant import SECOND, Instant, parse_instant

NOT_TRUE = frozenset({"simulated", "replayed"})
UNKNOWN = "–"
PLAIN_UNIT = "C62"
"""UN/CEFACT: one; nobody writes it."""


class _Origin(msgspec.Struct, frozen=True):
    method: str | None
    sources: tuple[str, ...]
    period: str | None
    state: State
    doubts: tuple[str, ...]


class Origins:
    """The letters of one section, in the order in which they are needed. `end`: what ages are counted to."""

    def __init__(self, tongue: Tongue, titles: Mapping[str, Text], end: Instant) -> None:
        self.tongue = tongue
        self._titles = titles
        self._end = end
        self._times: dict[_Origin, list[Instant]] = {}
        self._letters: dict[_Origin, str] = {}

    def written(self, value: Value, unit: Text | None = None) -> str:
        """The value with its letter; `unit` stands elsewhere already. What is not true says so beside the number."""
        if value.value is None and value.value_text is None:
            return UNKNOWN
        number = self._number(value)
        own = value.unit_text if unit is None and value.unit != PLAIN_UNIT else None
        words = [number, self.tongue.text(own)]
        if value.method in NOT_TRUE:
            words.append(f"({self._method(value.method)})")
        words.append(f"[{self._letter(value)}]")
        return " ".join(word for word in words if word)

    def _number(self, value: Value) -> str:
        if value.value_text is not None:
            return self.tongue.text(value.value_text)
        if isinstance(value.value, (int, float)):
            return format_number(value.value, self.tongue.language)
        return self._moment(str(value.value))

    def _moment(self, said: str) -> str:
        """A moment as people write it; other words as they are."""
        if len(said) < 11 or said[4:5] != "-" or said[10:11] != "T":
            return said
        try:
            return self.tongue.moment(moment(parse_instant(said)))
        except ValueError:
            return said

    def _letter(self, value: Value) -> str:
        sources = value.providers or ((value.provider,) if value.provider else ())
        flags = tuple(self._said(flag.get("text") or flag.get("code")) for flag in value.flags)
        origin = _Origin(value.method, sources, value.period, value.state, flags)
        times = self._times.setdefault(origin, [])
        if value.observed_at is not None:
            times.append(parse_instant(value.observed_at))
        return self._letters.setdefault(origin, _lettered(len(self._letters)))

    def _said(self, text: object) -> str:
        if isinstance(text, Text):
            return self.tongue.text(text)
        if isinstance(text, Mapping):
            return str(text.get(self.tongue.language, ""))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        return str(text or "")

    def _method(self, method: str | None) -> str:
        return self.tongue.said("methods", method) if method else self.tongue.said("service-report", "no-method")

    def told(self) -> Iterator[str]:
        """One line a letter."""
        say = self.tongue.said
        for origin, letter in self._letters.items():
            named = [self._titled(source) for source in origin.sources]
            yield say(
                "service-report",
                "origin",
                letter=letter,
                method=self._method(origin.method),
                source=", ".join(named) or say("service-report", "no-source"),
                when=self._when(origin),
                doubts=self._doubts(origin),
            )

    def _titled(self, source: str) -> str:
        title = self._titles.get(source)
        return source.rpartition(":")[2] if title is None else self.tongue.text(title)

    def _when(self, origin: _Origin) -> str:
        times = self._times[origin]
        if origin.period is not None and not times:
            return self.tongue.said("service-report", "of-period", period=origin.period)
        if not times:
            return self.tongue.said("service-report", "undated")
        first, last = (self.tongue.moment(moment(at)) for at in (min(times), max(times)))
        span = first if first == last else self.tongue.said("service-report", "between", first=first, last=last)
        seconds = max(0, self._end - max(times)) // SECOND
        return span + self.tongue.said("service-report", "age", age=self.tongue.span(seconds))

    def _doubts(self, origin: _Origin) -> str:
        said = self.tongue.said("service-report", origin.state) if origin.state in ("late", "dead") else ""
        return said + "".join(f" · {doubt}" for doubt in origin.doubts if doubt)


def _lettered(number: int) -> str:
    """a to z, then aa, ab ..."""
    before, at = divmod(number, len(ascii_lowercase))
    return (ascii_lowercase[before - 1] if before else "") + ascii_lowercase[at]
