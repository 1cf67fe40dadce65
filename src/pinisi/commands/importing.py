"""`pinisi import`: a file into the city, through the server while it runs, straight into the store when it does not."""

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.importing.doctor import City, city_of, examine
from pinisi.city.importing.fault_texts import fault_text
from pinisi.city.importing.mapping_file import load_mapping, write_mapping
from pinisi.city.importing.opening import open_file
from pinisi.city.importing.proposal import noted, propose
from pinisi.city.importing.rows import NotReadable, Sheet
from pinisi.city.profile import Profile, load_profile
from pinisi.city.registers import Card, Register
from pinisi.commands.cities import find_city
from pinisi.commands.failure import CommandFailed
from pinisi.commands.fault_table import as_json, as_table, listed
from pinisi.commands.import_server import load_over_http
from pinisi.runtime.importing import File, Import, digest_of, load_file
from pinisi.runtime.occupancy import occupant, occupy
from pinisi.settings import Settings
from pinisi.vocabulary.principal import SYSTEM

SHOWN = 20
_BAR = 30


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for."""

    file: Path
    mapping: Path | None = None
    save_mapping: Path | None = None
    city: str | None = None
    type: str = ""
    source_title: str | None = None
    propose: bool = False
    dry_run: bool = False
    json: bool = False


def import_file(settings: Settings, wish: Wish) -> int:
    """Examine and load, or only say what would happen; 1 when rows wait in quarantine.

    Raises:
        CommandFailed, CityError: the file, the mapping or the city cannot be used.
    """
    profile = load_profile(find_city(wish.city or settings.city or "makassar"))
    sheet, register = _opened(wish)
    text = write_mapping(register)
    if wish.save_mapping is not None:
        wish.save_mapping.write_text(text, encoding="utf-8")
        print(f"{wish.save_mapping}: the mapping; change it, and use it with --mapping", file=sys.stderr)
    if wish.propose:
        print(text, end="")
        return 0
    if wish.dry_run:
        return _told(sheet, register, city_of(profile), wish.json)
    made = _load(settings, profile, wish, sheet, register, text)
    print(summary(made, made.get("changed", 0)))
    return int(made["rejected"] > 0)


def _opened(wish: Wish) -> tuple[Sheet, Register]:
    try:
        given = load_mapping(wish.mapping) if wish.mapping else None
        sheet = open_file(wish.file, *((given.delimiter, given.encoding, given.sheet) if given else ("", "", "")))
        proposal = propose(sheet, time.strftime("%Y-%m-%d"), wish.type)
    except NotReadable as error:
        raise CommandFailed(f"{wish.file}: {fault_text(error.code, error.words).en}") from error
    register = given or proposal.register
    sheet = sheet if given else noted(sheet, proposal)
    if wish.source_title:
        card = msgspec.structs.replace(register.card or Card(title=""), title=wish.source_title)
        register = msgspec.structs.replace(register, card=card)
    return sheet, register


def _told(sheet: Sheet, register: Register, city: City, json: bool) -> int:
    """What a load would do; nothing is written."""
    try:
        diagnosis = examine(sheet, register, city)
    except NotReadable as error:
        raise CommandFailed(f"{sheet.name}: {fault_text(error.code, error.words).en}") from error
    faults = listed(sheet.name, diagnosis.faults)
    if json:
        print(as_json(faults))
        return int(bool(diagnosis.rejected))
    print(as_table(faults[:SHOWN]))
    if len(faults) > SHOWN:
        print(f"... and {len(faults) - SHOWN:,} more (--json lists all)")
    counts = {"rows": diagnosis.rows, "accepted": len(diagnosis.accepted), "flagged": diagnosis.flagged}
    counts |= {"rejected": len(diagnosis.rejected), "repeated": diagnosis.repeated}
    print(summary({"name": sheet.name, **counts}, None))
    return int(bool(diagnosis.rejected))


def summary(made: dict[str, Any], changed: int | None) -> str:
    """One line on what became of the rows."""
    written = "nothing was written" if changed is None else f"{changed:,} entities new or changed"
    return (
        f"{made['name']}: {made['rows']:,} rows: {made['accepted']:,} taken ({made['flagged']:,} with a flag), "
        f"{made['rejected']:,} wait in quarantine, {made['repeated']:,} repeat another; {written}"
    )


def _load(
    settings: Settings, profile: Profile, wish: Wish, sheet: Sheet, register: Register, text: str
) -> dict[str, Any]:
    holder = occupant(settings.data)
    token = os.environ.get("PINISI_TOKEN", "")
    if holder is not None:
        return load_over_http(holder, profile.id, token, wish.file, text, show_progress)
    with occupy(settings.data):
        file = File(sheet, register, digest_of(wish.file.read_bytes()))
        try:
            made = asyncio.run(_load_here(settings, profile, file))
        except NotReadable as error:
            raise CommandFailed(f"{sheet.name}: {fault_text(error.code, error.words).en}") from error
    return msgspec.to_builtins(made)


async def _load_here(settings: Settings, profile: Profile, file: File) -> Import:
    from pinisi.city.context import context_bytes
    from pinisi.context.contexts import Contexts
    from pinisi.store.opening import open_store

    name = "urn:pinisi:context"
    table = Contexts({name: msgspec.json.decode(context_bytes())}).table(name)
    async with open_store(settings.store, settings.tenant_folder, _now) as store:
        city = city_of(profile)
        made, _ = await load_file(store, profile.id, table, city, file, SYSTEM, _now(), show_progress)
    return made


def _now() -> int:
    return time.time_ns() // 1000


_told_steps: set[str] = set()


def show_progress(step: str, done: int, of: int) -> None:
    """A bar at a terminal; one line a step elsewhere."""
    if not sys.stderr.isatty():
        if step not in _told_steps:
            _told_steps.add(step)
            print(f"{step} ...", file=sys.stderr)
        return
    filled = round(_BAR * done / of) if of else 0
    bar = "#" * filled + "." * (_BAR - filled) if of else " " * _BAR
    amount = f"{done:,} of {of:,}" if of else f"{done:,} rows"
    end = "\n" if of and done >= of else ""
    print(f"\r{step:<8} {bar} {amount:<24}", end=end, file=sys.stderr, flush=True)
