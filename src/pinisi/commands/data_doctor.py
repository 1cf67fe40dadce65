"""`pinisi doctor data`: the faults of files, or of the registers of a city's folder."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pinisi.city.entities import city_entities
from pinisi.city.importing.doctor import city_of, examine
from pinisi.city.importing.fault_texts import fault_text
from pinisi.city.importing.opening import open_file
from pinisi.city.importing.proposal import noted, propose
from pinisi.city.importing.rows import NotReadable
from pinisi.city.profile import Profile, load_profile
from pinisi.city.row_entity import filled
from pinisi.commands.cities import find_city
from pinisi.commands.fault_table import Listed, as_json, as_table, listed
from pinisi.settings import Settings


def doctor_data(settings: Settings, files: Sequence[Path], json: bool, today: str) -> int:
    """List the faults of the files, else of the city; 1 when a row could not be taken."""
    profile = load_profile(find_city(settings.city or "makassar"))
    faults = [fault for file in files for fault in _of_file(file, profile, today)] if files else list(_of_city(profile))
    print(as_json(faults) if json else as_table(faults))
    if not json:
        counts = Counter(fault.code for fault in faults)
        print(", ".join(f"{count:,} {code}" for code, count in counts.most_common()))
    return int(any(fault.action in ("quarantine", "refuse") for fault in faults))


def _of_file(file: Path, profile: Profile, today: str) -> Iterator[Listed]:
    try:
        sheet = open_file(file)
        proposal = propose(sheet, today)
        diagnosis = examine(noted(sheet, proposal), proposal.register, city_of(profile))
    except NotReadable as error:
        yield Listed(str(file), 0, "", error.code, "refuse", fault_text(error.code, error.words).en)
        return
    yield from listed(str(file), diagnosis.faults)


def _of_city(profile: Profile) -> Iterator[Listed]:
    """The flags that stand beside the values of the registers, with the row that each entity comes from."""
    places = {
        filled(table.register.entity, row): (table.register.file, number)
        for table in profile.tables
        for number, row in enumerate(table.rows, start=2)
    }
    for entity in city_entities(profile):
        file, row = places.get(entity["id"], ("areas.geojson", 0))
        for flag in entity.get("dataQuality", {}).get("json", ()):
            yield Listed(file, row, flag["attribute"], flag["code"], "accept-with-flag", flag["text"]["en"])
