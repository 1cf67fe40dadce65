"""A junction from a file: TOML or JSON, as docs/reference/mobility-signals.md shows it."""

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.reading import place_of
from pinisi.services.mobility.engine.signals.group import SignalGroup
from pinisi.services.mobility.engine.signals.junction import Junction, Owner
from pinisi.services.mobility.engine.signals.junction_check import wrongs
from pinisi.services.mobility.engine.signals.matrix import ConflictMatrix, Intergreen
from pinisi.services.mobility.engine.signals.plan import PlannedStage, Stage
from pinisi.services.mobility.field_lines import line_of

_AT = re.compile(r"line (\d+)")


class JunctionFileError(ValueError):
    """Why the file is no junction; `line` from 1, None where the fault stands nowhere."""

    def __init__(self, file: str, line: int | None, field: str, reason: str) -> None:
        self.file, self.line, self.field, self.reason = file, line, field, reason
        where = f"{file}:{line}" if line is not None else file
        super().__init__(f"{where}: {field}: {reason}" if field else f"{where}: {reason}")


class _Group(SignalGroup, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _Intergreen(Intergreen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _Stage(Stage, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _PlannedStage(PlannedStage, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class _Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    cycle: float
    offset: float = 0.0
    stages: tuple[_PlannedStage, ...]


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As in the file: the matrix is a list, and a word that is unknown is a fault, since it may be a time misspelt."""

    id: str
    name: str = ""
    groups: tuple[_Group, ...]
    matrix: tuple[_Intergreen, ...]
    stages: tuple[_Stage, ...]
    plans: tuple[_Plan, ...] = ()
    all_red: float = 0.0
    step: float = 1.0
    owner: Owner | None = None


def read_junction_file(path: Path) -> Junction:
    """Raises JunctionFileError, also where the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise JunctionFileError(path.name, None, "", f"cannot be read: {fault}") from None
    return read_junction(text, path.name)


def read_junction(text: str, file: str) -> Junction:
    """The junction, checked as the safety layer checks it; `file` ends in .json or is TOML.

    Raises JunctionFileError for the first fault.
    """
    json = file.endswith(".json")
    document = _document(text, file, json)
    try:
        junction = _junction(msgspec.convert(document, _File))
    except msgspec.ValidationError as fault:
        field, reason = place_of(str(fault))
        raise JunctionFileError(file, line_of(text, field, json), field, reason) from None
    for wrong in wrongs(junction):
        raise JunctionFileError(file, line_of(text, wrong.field, json), wrong.field, wrong.reason)
    return junction


def _document(text: str, file: str, json: bool) -> Any:
    try:
        return msgspec.json.decode(text) if json else tomllib.loads(text)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, RecursionError, ValueError) as fault:
        at = _AT.search(str(fault))
        line = int(at[1]) if at else None
        raise JunctionFileError(file, line, "", f"is no valid {'JSON' if json else 'TOML'}: {fault}") from None


def _junction(file: _File) -> Junction:
    """In the words of the engine, whose structs say nothing of files."""
    plain: dict[str, Any] = {**msgspec.to_builtins(file), "matrix": {}}
    matrix = ConflictMatrix(tuple(msgspec.convert(msgspec.to_builtins(each), Intergreen) for each in file.matrix))
    return msgspec.structs.replace(msgspec.convert(plain, Junction), matrix=matrix)
