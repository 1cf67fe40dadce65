"""`mappings/NAME.toml` of a city folder: how the rows of a source become entities.

The words are those of `registers.toml` (`pinisi.city.registers`); what a stream needs beside them is here.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pinisi.city.errors import CityError
from pinisi.city.importing.mapping_file import check_mapping
from pinisi.city.reading import read_toml
from pinisi.city.registers import Mapped, Register
from pinisi.runtime.mapping.pattern import pattern_of

Format = Literal["json", "senml", "csv", "geojson", "ngsi-ld"]
FOLDER = "mappings"


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one kind of row becomes an entity.

    `entity`, `types`, `observed`, `position`, `geometry`, `attributes`, `nothing` mean what they mean in a register.
    Cells of JSON are named by their path (`Datastream.Thing.name`). `only`: column -> the word that it must hold.
    `clock` says how moments are written: as text, or as seconds or milliseconds since 1970. Without `observed` a value
    is of the moment at which it arrived. `bounds`: attribute -> least and greatest value that can be.
    """

    entity: str
    types: Annotated[tuple[str, ...], Meta(min_length=1)]
    only: dict[str, str] = {}
    observed: str = ""
    clock: Literal["text", "unix", "unix-ms"] = "text"
    position: tuple[str, str] | None = None
    geometry: bool = False
    attributes: tuple[Mapped, ...] = ()
    constants: dict[str, str] = {}
    bounds: dict[str, tuple[float, float]] = {}
    nothing: tuple[str, ...] = ()

    def register(self) -> Register:
        """The same as a register, for the reader of rows."""
        return Register(
            id="live",
            entity=self.entity,
            types=self.types,
            source="live",
            period="2000",
            observed=OBSERVED,
            position=self.position,
            geometry=self.geometry,
            attributes=self.attributes,
            constants=self.constants,
            nothing=self.nothing,
        )


OBSERVED = "*observed"
"""The column in which the moment of a row stands once it has been read."""


class MappingFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file. `rows`: the path to the rows in JSON; empty: the document itself, one row or a list.

    `origin` takes the topic, address or file's name apart (`stations/{station}/level`), `name` the name of a SenML
    record; what they capture are columns. A row that no mapping is for is rejected, or passed over where `others` says
    so.
    """

    format: Format = "json"
    rows: str = ""
    origin: str = ""
    name: str = ""
    others: Literal["reject", "pass"] = "reject"
    mappings: tuple[Mapping, ...] = ()


def load_mapping_file(folder: Path, name: str) -> MappingFile:
    """The mapping file of a city folder.

    Raises:
        ValueError: it is not there, or a field is wrong; names file and field.
    """
    if not name or not all(letter.isalnum() or letter in "-_" for letter in name):
        raise ValueError(f"mapping: {name[:80]!r} is not made of letters, digits and dashes")
    path = folder / FOLDER / f"{name}.toml"
    try:
        file = read_toml(path, MappingFile)
        check_mapping_file(path, file)
    except CityError as error:
        raise ValueError(f"mapping: {error}") from None
    return file


def check_mapping_file(path: Path, file: MappingFile) -> None:
    """Raises CityError: naming the field."""
    if not file.mappings and file.format != "ngsi-ld":
        raise CityError(path, "mappings", "is empty")
    for field in ("origin", "name"):
        try:
            pattern_of(getattr(file, field))
        except ValueError as error:
            raise CityError(path, field, str(error)) from None
    for number, mapping in enumerate(file.mappings):
        at = f"mappings[{number}]"
        try:
            check_mapping(mapping.register(), path.name)
        except CityError as error:
            raise CityError(path, str(error).replace("registers[0]", at).partition(": ")[2], "") from None
        known = {mapped.name for mapped in mapping.attributes}
        for name, (least, most) in mapping.bounds.items():
            if name not in known or least > most:
                raise CityError(path, f"{at}.bounds.{name}", "is no attribute here, or its bounds are turned round")
