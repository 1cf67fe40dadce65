"""The examination of a file: every row read by the mapping, then compared with the others and with the city."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from pinisi.city.areas import AreaIndex
from pinisi.city.entities import flag_json
from pinisi.city.facts import Entity, listing, position_of, source_id, value_of
from pinisi.city.fault_rule import FaultRule, Flag, address_part
from pinisi.city.faults import find_faults
from pinisi.city.importing.diagnosis import Accepted, Diagnosis, Fault, Rejected
from pinisi.city.importing.fault_texts import Action, actions, fault_text
from pinisi.city.importing.generic_rules import OF_THE_CITY, generic_rules
from pinisi.city.importing.incomplete import missing_parts
from pinisi.city.importing.ngsi_ld import checked_entity
from pinisi.city.importing.placing import Placing
from pinisi.city.importing.rows import BadRow, Cells, NotReadable, Row, Sheet
from pinisi.city.importing.series import gaps, sensor_zeros
from pinisi.city.importing.times import mixed_forms
from pinisi.city.profile import Profile
from pinisi.city.registers import Register, columns_of
from pinisi.city.row_entity import RowFault, RowReader

Progress = Callable[[str, int], None]
"""Told the step ("read", "compare") and how many rows are done."""
EVERY = 500
LOCAL_SHARE = 0.5
"""A register is of this city when so many of its places lie in it."""


class City(msgspec.Struct, frozen=True):
    """What the doctor knows of the city."""

    name: str
    country: str
    zone: ZoneInfo
    areas: AreaIndex
    faults: tuple[FaultRule, ...] = ()
    imports: Mapping[str, str] = {}


def city_of(profile: Profile) -> City:
    """The city of a profile, as the doctor sees it."""
    rules = profile.rules
    areas = AreaIndex(profile.areas)
    return City(profile.city.name, profile.city.country, profile.zone, areas, rules.faults, rules.imports)


def examine(sheet: Sheet, register: Register, city: City, progress: Progress = lambda _step, _rows: None) -> Diagnosis:
    """Read and examine a sheet by a mapping.

    Raises:
        NotReadable: the mapping names a column that the sheet does not have.
    """
    check_columns(sheet, register)
    found = _Examination(sheet, register, city, progress)
    found.read()
    progress("compare", found.rows)
    found.compare()
    return found.diagnosis()


def check_columns(sheet: Sheet, register: Register) -> None:
    """Raises `NotReadable` for a mapped column that is not there (of files that have a heading)."""
    if sheet.kind in ("csv", "xlsx", "shapefile"):
        for column in columns_of(register):
            if column not in sheet.columns:
                raise NotReadable(sheet.name, "column-missing", column=column)


class _Taken(msgspec.Struct):
    """A row on its way: its entity and the flags so far."""

    row: int
    entity: Entity
    flags: list[Flag]


class _Examination:
    def __init__(self, sheet: Sheet, register: Register, city: City, progress: Progress) -> None:
        self.sheet = sheet
        self.register = register
        self.city = city
        self.progress = progress
        self.actions: dict[str, Action] = actions(city.imports)
        self.rows = 0
        self.repeated = 0
        self.taken: list[_Taken] = []
        self.faults: list[Fault] = []
        self.waiting: dict[int, tuple[str, Fault, Cells]] = {}
        self.bad: list[Rejected] = []
        self.raw: dict[int, Row] = {}
        self._first: dict[Any, int] = {}
        self._content: dict[int, Any] = {}
        self._numbered: Counter[str] = Counter()
        self._same: dict[int, tuple[str, ...]] = {}
        accepted = {code for code, action in self.actions.items() if action == "accept-with-flag"}
        self.reader = RowReader(register, city.zone, city.country, "", accepted)

    # reading

    def read(self) -> None:
        for code, words in self.sheet.notes:
            self._note(code, "", words)
        for row in self.sheet.rows():
            self.rows += 1
            if isinstance(row, BadRow):
                fault = Fault(row.code, "quarantine", row.number, "", fault_text(row.code, row.words))
                self.faults.append(fault)
                self.bad.append(Rejected(f"{self.sheet.name}:{row.number}", fault, {}, raw=row.raw))
            else:
                self._take(row)
            if self.rows % EVERY == 0:
                self.progress("read", self.rows)

    def _take(self, row: Row) -> None:
        try:
            entity = self._entity(row)
        except RowFault as fault:
            identity = self._numbered_id(str(fault.words.get("identity", "")))
            place = f"{self.sheet.name}:{row.number}"
            self._reject(row.number, identity or place, fault.code, fault.field, fault.words)
            return
        if not self._is_new(row, entity):
            return
        taken = _Taken(row.number, entity, [])
        self.taken.append(taken)
        for doubt in self.reader.doubts:
            text = fault_text(doubt.code, doubt.words)
            taken.flags.append(Flag(doubt.code, text, doubt.attribute))
            self._found(taken, doubt.code, doubt.field, text, doubt.attribute)

    def _entity(self, row: Row) -> Entity:
        if row.entity is not None:
            self.reader.doubts = []
            return checked_entity(row.entity, source_id(self.register.source))
        try:
            return self.reader.entity(row.cells, row.geometry)
        except RowFault as fault:
            fault.words.setdefault("identity", self.reader.known_id)
            raise

    def _is_new(self, row: Row, entity: Entity) -> bool:
        """Whether the row says something of its own; else it is counted, or waits."""
        repeated = self.register.repeated
        content = (tuple(row.cells.values()), None if row.geometry is None else msgspec.json.encode(row.geometry))
        whole = hash((content, None if row.entity is None else msgspec.json.encode(row.entity)))
        first = self._same_as(whole, row.number)
        if first:
            self.repeated += 1
            text = fault_text("duplicate-row", {"first": first})
            self.faults.append(Fault("duplicate-row", "merge", row.number, "", text, entity=entity["id"]))
            return False
        id = entity["id"]
        if repeated == "number":
            entity["id"] = self._numbered_id(id)
            return True
        key = (id, _moment(entity)) if self.register.series else id
        earlier = self._first.setdefault(key, row.number)
        if earlier == row.number:
            return True
        code = "same-time" if self.register.series else "repeated-id"
        value = _moment(entity) if self.register.series else id
        self._reject(row.number, f"{id}#{row.number}", code, "id", {"value": value, "first": earlier})
        return False

    def _numbered_id(self, id: str) -> str:
        """The id with its number, where the mapping numbers things of one name in the order of the file.

        Two dashes, which no slug has: the second Melati must not meet a place called Melati 2.
        """
        if self.register.repeated != "number" or not id:
            return id
        self._numbered[id] += 1
        return id if self._numbered[id] == 1 else f"{id}--{self._numbered[id]}"

    def _same_as(self, whole: int, number: int) -> int:
        """The row that is exactly the same and came before; 0 when there is none."""
        first = self._first.setdefault(("row", whole), number)
        return 0 if first == number else first

    # comparing

    def compare(self) -> None:
        entities = [taken.entity for taken in self.taken]
        placing = Placing([position_of(entity) for entity in entities], self.city.areas)
        self._far_away(placing)
        self._notices(placing)
        taken = [each for each in self.taken if each.row not in self.waiting]
        self._rules(taken, placing.share_inside >= LOCAL_SHARE)
        if self.register.series:
            self._series(taken)

    def _far_away(self, placing: Placing) -> None:
        for index, swapped, distance in placing.strays():
            taken = self.taken[index]
            code = "swapped" if swapped else "far-away"
            lon, lat = position_of(taken.entity) or (0.0, 0.0)
            words: dict[str, Any] = {"lon": str(lon), "lat": str(lat)} if swapped else {"distance": distance}
            self._doubt(taken, code, "location", fault_text(code, words))

    def _rules(self, taken: Sequence[_Taken], local: bool) -> None:
        entities = [each.entity for each in taken]
        ours = [each.entity for each in taken if self._is_ours(each.entity, local)]
        by_id: dict[str, _Taken] = {each.entity["id"]: each for each in taken}
        rules = [*self.city.faults, *generic_rules(entities, self._of_places(entities))]
        known: set[tuple[str, str, str]] = set()
        for rule in rules:
            chosen = ours if rule.kind in OF_THE_CITY else entities
            for id, flags in find_faults([rule], chosen, self.city.areas).items():
                for flag in flags:
                    if (id, flag.code, flag.attribute) not in known:
                        known.add((id, flag.code, flag.attribute))
                        self._doubt(by_id[id], flag.code, flag.attribute, flag.text)

    def _is_ours(self, entity: Entity, local: bool) -> bool:
        """Whether a row speaks of this city: by the locality that it names, else by where it (and the file) lies."""
        locality = address_part(entity, "addressLocality")
        if locality is not None:
            return self.city.areas.is_city(locality)
        position = position_of(entity)
        return local or (position is not None and bool(self.city.areas.at(*position)))

    def _of_places(self, entities: Sequence[Entity]) -> bool:
        """A row without a moment of its own is a place; one with a moment is an event or a measurement."""
        timed = any(mapped.kind == "date-time" for mapped in self.register.attributes)
        shaped = any(position_of(entity) is not None for entity in entities[:50])
        return not timed and not self.register.observed and (shaped or not self.register.geometry)

    def _series(self, taken: Sequence[_Taken]) -> None:
        entities = [each.entity for each in taken]
        times: dict[str, list[str]] = defaultdict(list)
        for entity in entities:
            if moment := _moment(entity):
                times[entity["id"]].append(moment)
        for gap in gaps(times):
            self._note("gap", self.register.observed, {"count": gap.count, "hours": gap.hours, "after": gap.after})
        for zero in sensor_zeros(entities):
            column = next((m.column for m in self.register.attributes if m.name == zero.attribute), zero.attribute)
            text = fault_text("sensor-zero", {"column": column, "low": zero.low})
            self._doubt(taken[zero.index], "sensor-zero", zero.attribute, text)

    def _notices(self, placing: Placing) -> None:
        for column, forms in mixed_forms(self.sheet, self.register):
            self._note("mixed-times", column, {"column": column, "forms": forms})
        named = any(part == "addressLocality" for part in self.register.address)
        if placing.count and placing.share_inside < LOCAL_SHARE and not named:
            self._note("elsewhere", "", {"share": round(100 * (1 - placing.share_inside))})
        for missing in missing_parts([taken.entity for taken in self.taken]):
            words = {"value": missing.value, "place": missing.place, "expected": missing.expected}
            self._note("incomplete-list", missing.attribute, words)

    # what was found

    def _note(self, code: str, field: str, words: Mapping[str, Any]) -> None:
        self.faults.append(Fault(code, "notice", 0, field, fault_text(code, words)))

    def _found(self, taken: _Taken, code: str, field: str, text: Any, attribute: str) -> Fault:
        action = self.actions.get(code, "accept-with-flag")
        fault = Fault(code, action, taken.row, field, text, attribute, taken.entity["id"])
        self.faults.append(fault)
        return fault

    def _doubt(self, taken: _Taken, code: str, attribute: str, text: Any) -> None:
        """A fault found by comparing: a flag, or the row waits."""
        fault = self._found(taken, code, self._column(attribute), text, attribute)
        if fault.action == "quarantine":
            self.waiting[taken.row] = (taken.entity["id"], fault, {})
        else:
            taken.flags.append(Flag(code, text, attribute))

    def _column(self, attribute: str) -> str:
        if attribute == "location":
            return ", ".join(self.register.position or ("geometry",))
        return next((m.column for m in self.register.attributes if m.name == attribute), attribute)

    def _reject(self, number: int, identity: str, code: str, field: str, words: Mapping[str, Any]) -> None:
        text = fault_text(code, {key: value for key, value in words.items() if key != "identity"})
        fault = Fault(code, "quarantine", number, field, text, entity=identity if "#" not in identity else "")
        self.faults.append(fault)
        self.waiting[number] = (identity, fault, self._proposed(code, words))

    def _proposed(self, code: str, words: Mapping[str, Any]) -> Cells:
        position = self.register.position
        if code != "swapped" or position is None:
            return {}
        return {position[0]: str(words["lat"]), position[1]: str(words["lon"])}

    def diagnosis(self) -> Diagnosis:
        rejected = [*self.bad]
        if self.waiting:
            rejected += [self._rejected(row) for row in _rows_of(self.sheet) if row.number in self.waiting]
        accepted = [self._accepted(taken) for taken in self.taken if taken.row not in self.waiting]
        rejected.sort(key=lambda each: each.fault.row)
        return Diagnosis(self.rows, accepted, rejected, self.repeated, self.faults)

    def _rejected(self, row: Row) -> Rejected:
        identity, fault, proposed = self.waiting[row.number]
        if fault.code == "swapped" and self.register.position and not proposed:
            lon, lat = self.register.position
            proposed = {lon: row.cells.get(lat, ""), lat: row.cells.get(lon, "")}
        raw = "" if row.entity is None else msgspec.json.encode(row.entity).decode()
        return Rejected(identity, fault, row.cells, row.geometry, proposed, raw)

    def _accepted(self, taken: _Taken) -> Accepted:
        if taken.flags:
            taken.entity["dataQuality"] = listing([flag_json(flag) for flag in taken.flags])
        return Accepted(taken.row, taken.entity)


def _rows_of(sheet: Sheet) -> Iterator[Row]:
    return (row for row in sheet.rows() if isinstance(row, Row))


def _moment(entity: Entity) -> str:
    """When a row of a series was true."""
    for name, attribute in entity.items():
        if name not in ("id", "type") and isinstance(attribute, dict) and "observedAt" in attribute:
            return str(attribute["observedAt"])  # pyright: ignore[reportUnknownArgumentType]
    return str(value_of(entity, "observedAt") or "")
