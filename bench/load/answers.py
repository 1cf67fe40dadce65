"""Judges what reactions have answered, from the file alone: lost, answered twice, cursors ahead, how late."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import apsw
import msgspec
from busy_services import ATTRIBUTES, PER_SITE, TABLE, TENANT, Declared, answer_type, everything

from pinisi.store.untold import values_of

Told = list[tuple[int, int]]
"""How many changes there were, or were answered, and the position of the log at which that was written."""


class Judgement(msgspec.Struct):
    """`answers` written, subjects that are `owed` one, and what must be 0.

    `late` are seconds from a wake to its answer, of reactions that run at once; `overdue` those beyond `settle` and
    `rest`, of the others.
    """

    answers: int = 0
    wakes: int = 0
    lost: int = 0
    owed: int = 0
    twice: int = 0
    ahead: int = 0
    late: list[float] = []
    overdue: list[float] = []


def judge(folder: Path, committed: Sequence[tuple[int, float]] = (), *, finished: bool = True) -> Judgement:
    """`finished`: every wake must be answered. Latency is judged of what was committed at a known time."""
    file = _File(folder / f"{TENANT}.sqlite")
    found = Judgement(late=[], overdue=[])
    times = _Times(committed)
    for each in everything():
        wakes = file.wakes(each)
        answers = file.answers(each)
        versions = file.told(each.type, "version")
        found.twice += sum(len(many) - len({count for count, _ in many}) for many in versions.values())
        found.answers += sum(map(len, versions.values()))
        found.wakes += sum(map(len, wakes.values()))
        cursor = file.cursors.get(f"{each.kind.lower()}.{each.reaction.name} 1", 0)
        for group, woken in wakes.items():
            told = answers.get(group, [])
            reached = max((count for count, _ in told), default=0)
            found.ahead += any(count > reached for count, position in woken if position <= cursor)
            found.owed += woken[-1][0] != reached
            _judge_times(each, woken, told, times, found)
    file.close()
    found.lost = found.owed if finished else 0
    return found


class _Times:
    """When a position was committed."""

    def __init__(self, committed: Sequence[tuple[int, float]]) -> None:
        self._positions = [position for position, _ in committed]
        self._moments = [moment for _, moment in committed]

    def at(self, position: int) -> float | None:
        if not self._positions or position <= self._positions[0]:
            return None
        place = bisect_left(self._positions, position)
        return self._moments[place] if place < len(self._moments) else None


def _judge_times(each: Declared, woken: Told, told: Told, times: _Times, found: Judgement) -> None:
    wakes = [(count, at) for count, position in woken if (at := times.at(position)) is not None]
    settle, rest = each.reaction.settle, each.reaction.rest
    ran = 0.0
    begin = 0
    for count, position in told:
        at = times.at(position)
        end = begin
        while end < len(wakes) and wakes[end][0] <= count:
            end += 1
        if at is None or end == begin:
            continue
        covered = [moment for _, moment in wakes[begin:end]]
        begin = end
        if settle or rest:
            found.overdue.append(at - _due(covered, settle, ran + rest))
        else:
            found.late += [at - moment for moment in covered]
        ran = at


def _due(woken: Sequence[float], settle: float, rested: float) -> float:
    """When the run was due, by what the reaction declares (as in `pinisi.runtime.lane`)."""
    due = max(woken[0] + settle, rested)
    for moment in woken[1:]:
        if moment <= due and settle:
            due = max(due, min(moment + settle, woken[0] + 10 * settle))
    return due


class _File:
    """The tenant's file, read without Pinisi's store."""

    def __init__(self, path: Path) -> None:
        self._connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        self.cursors: dict[str, int] = dict(self._connection.execute("SELECT name, position FROM cursor"))  # type: ignore[arg-type]
        self._told: dict[tuple[str, str], dict[str, Told]] = defaultdict(dict)
        sql = (
            "SELECT e.id, n.text, h.number, h.position FROM (SELECT entity, attribute, number, position FROM history "
            "UNION SELECT entity, attribute, number, position FROM recent) AS h JOIN entity e ON e.row = h.entity "
            "JOIN name n ON n.id = h.attribute WHERE h.number IS NOT NULL ORDER BY h.position"
        )
        short = {TABLE.expand_term(name): name for name in (*ATTRIBUTES, "answered", "version")}
        lines = [*self._connection.execute(sql), *self._only_in_state()]
        for id, attribute, number, position in sorted(lines, key=lambda line: line[3]):
            _, _, type, key = id.split(":")
            if attribute in short:
                self._told[type, short[attribute]].setdefault(key, []).append((int(number), position))

    def _only_in_state(self) -> Iterator[tuple[str, str, float, int]]:
        """Numbers of which history has no rows (`store.untold`)."""
        names: dict[int, str] = dict(self._connection.execute("SELECT id, text FROM name"))  # type: ignore[arg-type]
        sql = "SELECT id, body, birth, untold FROM entity WHERE untold IS NOT NULL"
        for id, body, birth, untold in self._connection.execute(sql):
            for value in values_of(body, (birth, untold), names):
                if value.number is not None:
                    yield id, names[value.attribute], value.number, value.position

    def close(self) -> None:
        self._connection.close()

    def told(self, type: str, attribute: str) -> Mapping[str, Told]:
        return self._told[type, attribute]

    def answers(self, each: Declared) -> Mapping[str, Told]:
        return self.told(each.type, "answered")

    def wakes(self, each: Declared) -> Mapping[str, Told]:
        """What has woken a reaction, by the subject that it is then about."""
        if each.after:
            return self.told(answer_type(each.kind, each.after), "answered")
        of_sensors = self.told(f"{each.kind}Sensor", each.woken_by)
        if each.reaction.name == "city":
            return _together(of_sensors, lambda _: "all")
        if each.reaction.name == "basin":
            return _together(of_sensors, lambda number: str(int(number) // PER_SITE))
        return of_sensors


def _together(told: Mapping[str, Told], group_of: Callable[[str], str]) -> Mapping[str, Told]:
    """Changes of several sensors, counted together in the order of the log."""
    positions: dict[str, list[int]] = defaultdict(list)
    for number, many in told.items():
        positions[group_of(number)] += [position for _, position in many]
    return {group: list(enumerate(sorted(many), start=1)) for group, many in positions.items()}
