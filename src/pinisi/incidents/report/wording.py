"""The words of documents in one language, and how it writes moments, spans of time and positions."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import msgspec

from pinisi.city.text import Language, Text

_MONTHS: Mapping[Language, tuple[str, ...]] = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_SPANS: Mapping[Language, tuple[str, str, str, str]] = {
    "id": ("{n} hari", "{n} jam", "{n} menit", "{n} detik"),
    "en": ("{n} d", "{n} h", "{n} min", "{n} s"),
    "ja": ("{n}日", "{n}時間", "{n}分", "{n}秒"),
}
_SECONDS = (86_400, 3_600, 60, 1)


@cache
def words() -> Mapping[str, Mapping[str, Text]]:
    """All words: group -> key -> text."""
    text = files("pinisi.incidents.report").joinpath("wording.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, dict[str, Text]])


class Tongue(msgspec.Struct, frozen=True):
    """One language in one time zone; `zone_name` is how people call the zone (WITA)."""

    language: Language
    zone: ZoneInfo
    zone_name: str

    def said(self, group: str, key: str, **values: str | int) -> str:
        """The words of a key; a key without words stands for itself."""
        known = words()[group].get(key)
        return self.text(known).format(**values) if known else key

    def label(self, key: str, **values: str | int) -> str:
        return self.text(words()["labels"][key]).format(**values)

    def text(self, text: Text | None) -> str:
        return getattr(text, self.language) if text else ""

    def of(self, all: Mapping[str, str] | None) -> str:
        """What was said of an incident: in this language, else in the first that there is."""
        return all.get(self.language) or next(iter(all.values()), "") if all else ""

    def clock(self, at: datetime) -> str:
        """With seconds: what happened within a minute has an order."""
        local = at.astimezone(self.zone)
        return f"{local:%H.%M.%S}" if self.language == "id" else f"{local:%H:%M:%S}"

    def day(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        if self.language == "ja":
            return f"{local.year}年{local.month}月{local.day}日"
        return f"{local.day} {_MONTHS[self.language][local.month - 1]} {local.year}"

    def moment(self, at: datetime) -> str:
        """Day and minute."""
        local = at.astimezone(self.zone)
        time = f"{local:%H.%M}" if self.language == "id" else f"{local:%H:%M}"
        return f"{self.day(at)} {time} {self.zone_name}"

    def span(self, seconds: int) -> str:
        """In its two largest units: "1 jam 5 menit"."""
        left, parts = abs(seconds), list[str]()
        for unit, name in zip(_SECONDS, _SPANS[self.language], strict=True):
            number, left = divmod(left, unit)
            if number and len(parts) < 2:
                parts.append(name.format(n=number))
            elif parts:
                break
        glue = "" if self.language == "ja" else " "
        return glue.join(parts) or _SPANS[self.language][3].format(n=0)

    def position(self, lon: float, lat: float) -> str:
        return f"{abs(lat):.5f}° {'S' if lat < 0 else 'N'}, {abs(lon):.5f}° {'E' if lon >= 0 else 'W'}"

    def listed(self, parts: list[str]) -> str:
        return " · ".join(part for part in parts if part)
