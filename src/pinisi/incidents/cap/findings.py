"""What a judge finds in a message: which rule, where, and why, in three languages."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from pinisi.city.text import Text, fill

Weight = Literal["error", "warning", "note"]
WEIGHTS: tuple[Weight, ...] = ("error", "warning", "note")
MOST_FINDINGS = 200
_SHOWN = 80


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule of `rules.toml`. `clause` of CAP 1.2, else the paper or the house's own reason.

    `error`: not what the standard demands. `warning`: allowed, and will mislead people or machines. `note`: worth
    knowing.
    """

    weight: Weight
    clause: str
    id: str
    en: str
    ja: str

    @property
    def reason(self) -> Text:
        return Text(self.id, self.en, self.ja)


class Finding(msgspec.Struct, frozen=True):
    """One fault. `path` is an XPath; `line` counts from 1, 0 where there is none."""

    rule: str
    weight: Weight
    path: str
    line: int
    clause: str
    reason: Text


@cache
def rules() -> Mapping[str, Rule]:
    document = (files("pinisi.incidents.cap") / "rules.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(document), dict[str, Rule])


class Report:
    """Findings as they are made, in the order of the document; beyond a number they are only counted."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.more = 0

    def add(self, rule: str, path: str, line: int = 0, **said: str | float | Text) -> None:
        if len(self.findings) >= MOST_FINDINGS:
            self.more += 1
            return
        known = rules()[rule]
        words = {name: _short(value) if isinstance(value, str) else value for name, value in said.items()}
        self.findings.append(Finding(rule, known.weight, path, line, known.clause, fill(known.reason, **words)))


def _short(text: str) -> str:
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "".join(char if char.isprintable() else " " for char in shown)
