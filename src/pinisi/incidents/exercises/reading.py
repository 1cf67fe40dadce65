"""The file of an exercise: read, checked against the city, all faults at once, each with file and line."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec

from pinisi.incidents.exercises.script import (
    RIGHT,
    SIGNALS,
    TIMED,
    CrewIn,
    Expectation,
    Feed,
    Field,
    Happening,
    Inject,
    Origin,
    Player,
    ReadingIn,
    RingIn,
    Role,
    Script,
    SilenceIn,
    Station,
    StationKind,
    TrainingUnit,
    What,
)
from pinisi.incidents.procedures.forms import Form
from pinisi.incidents.procedures.reading import Known as CityWords
from pinisi.incidents.procedures.yaml_lines import BadDocument, Faults, bytes_of, read_lines

FOLDER = "exercises"
LONGEST, MOST_INJECTS = 8 * 3_600, 200
DEEPEST = 1_000
"""Centimetres."""
KINDS = ("emergency", "information", "prank", "silent", "abandoned")
HAPPENINGS = ("call", "reading", "silence", "crew")
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_DEGREES = re.compile(r"-?\d{1,3}(\.\d{1,7})?")


class Known(msgspec.Struct, frozen=True):
    """What an exercise may name: agencies and categories of the city, kelurahan by name, procedures by id."""

    words: CityWords = CityWords()
    places: frozenset[str] = frozenset()
    procedures: frozenset[str] = frozenset()


class BadExercise(BadDocument):
    """The file is no exercise that can be played; `faults` says all that is wrong."""


def exercises_of(city: Path) -> list[Path]:
    """The files of a city's exercises, by name."""
    return sorted((city / FOLDER).glob("*.yaml"))


def read_exercise(path: Path, known: Known) -> Script:
    """Raises `BadExercise`."""
    return parse_exercise(bytes_of(path, BadExercise), path.name, known)


def parse_exercise(body: bytes, file: str, known: Known) -> Script:
    """The exercise in a file's bytes; `file` is its name, and has to be that of the exercise with `.yaml`.

    Raises:
        BadExercise: see there.
    """
    faults = Faults(file)
    script = _read(body, file, known, faults)
    if script is None or faults.all:
        raise BadExercise(faults.all)
    return script


def _read(body: bytes, file: str, known: Known, faults: Faults) -> Script | None:
    node = read_lines(body, faults)
    return None if node is None else _Reader(known, faults).script(Form(node, "", faults), file)


class _Reader:
    """Reads one file; what is named before it is known is looked at when all of it has been read."""

    def __init__(self, known: Known, faults: Faults) -> None:
        self._known = known
        self._faults = faults
        self._named: list[tuple[int, str, str, str]] = []
        self._kinds: dict[str, StationKind] = {}
        self._seen: dict[str, set[str]] = {"inject": set(), "feed": set(), "station": set(), "source": set()}

    def script(self, form: Form, file: str) -> Script:
        id = form.name("id")
        if id and file != f"{id}.yaml":
            form.fault("id", f"the file of {id!r} has to be called {id}.yaml")
        script = Script(
            id=id,
            version=form.whole("version", 1, 1_000_000),
            title=form.text("title"),
            purpose=form.text("purpose"),
            length=min(LONGEST, form.duration("length", optional=False)),
            origins=form.parts("sources", self._origin),
            players=form.parts("players", self._player),
            units=form.parts("units", self._unit) if form.has("units") else (),
            feeds=form.parts("feeds", self._feed) if form.has("feeds") else (),
            field=form.part("field", _field) or Field(),
            injects=form.parts("injects", self._inject),
        )
        form.end()
        self._whole(form, script)
        return script

    def _whole(self, form: Form, script: Script) -> None:
        """What can only be said of the whole."""
        for line, field, kind, id in self._named:
            if id not in self._seen[kind]:
                self._faults.add(line, field, f"there is no {kind} {id!r}")
        if len(script.injects) > MOST_INJECTS:
            form.fault("injects", f"has {len(script.injects)}: at most {MOST_INJECTS}")
        if sum(player.role == "operator" for player in script.players) < 2:
            form.fault("players", "two operators at least: what one has resolved, another verifies")
        if [each.at for each in script.injects] != sorted(each.at for each in script.injects):
            form.fault("injects", "stand in the order in which they happen")
        if any(each.at >= script.length for each in script.injects):
            form.fault("injects", "one happens after the exercise is over")

    def _origin(self, form: Form) -> Origin:
        return Origin(
            id=self._new(form, "source"),
            title=form.word("title"),
            publisher=form.word("publisher"),
            year=form.whole("year", 1900, 2100),
            url=form.word("url", optional=True),
        )

    def _player(self, form: Form) -> Player:
        account = form.word("account")
        if account and _ACCOUNT.fullmatch(account) is None:
            form.fault("account", f"{account!r}: small letters, digits, dots and dashes")
        player = Player(
            account=account,
            name=form.word("name"),
            role=form.choice("role", Role),
            agency=self._agency(form, "agency", optional=True),
            unit=form.word("unit", optional=True),
        )
        if (player.role == "crew") != bool(player.agency):
            form.fault("agency", "a crew speaks for an agency, and nobody else does")
        return player

    def _unit(self, form: Form) -> TrainingUnit:
        return TrainingUnit(
            code=form.name("code"),
            name=form.word("name"),
            agency=self._agency(form, "agency"),
            capabilities=form.names("capabilities"),
            base=_place(form, "base"),
        )

    def _feed(self, form: Form) -> Feed:
        return Feed(
            id=self._new(form, "feed"),
            title=form.text("title"),
            blinds=form.text("blinds"),
            every=form.duration("every", optional=False),
            stations=form.parts("stations", self._station),
        )

    def _station(self, form: Form) -> Station:
        kind: StationKind = form.choice("kind", StationKind)
        station = Station(
            id=self._new(form, "station"),
            kind=kind,
            name=form.word("name"),
            location=_place(form, "location"),
            value=_value(form, kind),
        )
        self._kinds[station.id] = kind
        return station

    def _inject(self, form: Form) -> Inject:
        inject = Inject(
            id=self._new(form, "inject"),
            at=form.duration("at", optional=False),
            title=form.text("title"),
            happening=self._happening(form),
            expected=form.parts("expect", self._expectation) if form.has("expect") else (),
            real=form.word("real", optional=True),
            source=form.word("source", optional=True),
            invented=form.word("invented", optional=True),
        )
        if inject.source:
            self._named.append((form.line_of("source"), form.place("source"), "source", inject.source))
        if bool(inject.real) != bool(inject.source):
            form.fault("real", "what is real has its source, and a source says what is real")
        if not inject.real and not inject.invented:
            form.fault("invented", "say what of it is real and what is invented")
        return inject

    def _happening(self, form: Form) -> Happening:
        parts = (
            form.part("call", self._call),
            form.part("reading", self._reading),
            form.part("silence", self._silence),
            form.part("crew", self._crew),
        )
        given = [part for part in parts if part is not None]
        if len(given) != 1:
            form.fault("", f"one of {', '.join(HAPPENINGS)} is expected")
        return given[0] if given else SilenceIn(feed="")

    def _call(self, form: Form) -> RingIn:
        return RingIn(
            number=form.word("number"), caller=form.word("caller"), spot=form.text("spot"), words=form.text("words")
        )

    def _reading(self, form: Form) -> ReadingIn:
        station = form.name("station")
        self._named.append((form.line_of("station"), form.place("station"), "station", station))
        return ReadingIn(station=station, value=_value(form, self._kinds.get(station, "junction")))

    def _silence(self, form: Form) -> SilenceIn:
        feed = form.name("feed")
        self._named.append((form.line_of("feed"), form.place("feed"), "feed", feed))
        return SilenceIn(feed=feed)

    def _crew(self, form: Form) -> CrewIn:
        of = form.name("of")
        self._named.append((form.line_of("of"), form.place("of"), "inject", of))
        return CrewIn(agency=self._agency(form, "agency"), of=of, reason=form.word("reason"))

    def _expectation(self, form: Form) -> Expectation:
        what: What = form.choice("what", (*TIMED, *RIGHT))
        wanted = form.word("is", optional=what not in RIGHT)
        self._wanted(form, what, wanted)
        return Expectation(what=what, within=form.duration("within"), wanted=wanted)

    def _wanted(self, form: Form, what: What, wanted: str) -> None:
        known: dict[str, Collection[str] | None] = {
            "kind": KINDS,
            "category": self._known.words.categories,
            "place": self._known.places or None,
            "procedure": self._known.procedures or None,
            "dispatched": self._known.words.agencies,
        }
        if not wanted:
            return
        if what == "joins":
            self._named.append((form.line_of("is"), form.place("is"), "inject", wanted))
        elif what not in known:
            form.fault("is", f"`{what}` is a time: it asks for nothing else")
        elif (names := known[what]) is not None and wanted not in names:
            form.fault("is", f"the city knows no {what} {wanted!r}")

    def _agency(self, form: Form, name: str, *, optional: bool = False) -> str:
        agency, known = form.word(name, optional=optional), self._known.words.agencies
        if agency and known is not None and agency not in known:
            form.fault(name, f"{agency!r} is no agency of operations.toml")
        return agency

    def _new(self, form: Form, kind: str) -> str:
        id = form.name("id")
        if id in self._seen[kind]:
            form.fault("id", f"there is a {kind} {id!r} already")
        self._seen[kind].add(id)
        return id


def _field(form: Form) -> Field:
    usual = Field()
    return Field(
        form.duration("accept") or usual.accept,
        form.duration("arrive") or usual.arrive,
        form.duration("finish") or usual.finish,
    )


def _place(form: Form, name: str) -> tuple[float, float]:
    """[longitude, latitude] in degrees."""
    words: Sequence[str] = form.words(name)
    if len(words) != 2 or not all(_DEGREES.fullmatch(word) for word in words):
        form.fault(name, "longitude and latitude in degrees are expected, as [119.47, -5.12]")
        return 0.0, 0.0
    longitude, latitude = map(float, words)
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        form.fault(name, "lies off the Earth")
    return longitude, latitude


def _value(form: Form, kind: StationKind) -> float | str:
    """What a station of that kind can report."""
    value = form.number_or_word("value")
    if kind == "junction" and value not in SIGNALS:
        form.fault("value", f"{value!r}: {' or '.join(SIGNALS)} is expected of a junction")
    if kind == "flood-gauge" and (isinstance(value, str) or not 0 <= value <= DEEPEST):
        form.fault("value", f"{value!r}: centimetres from 0 to {DEEPEST} are expected of a gauge")
    return value
