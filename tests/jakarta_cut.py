"""The city of the flood of 2017 as it is shipped, on cuts of the real files that it reads from elsewhere."""

import re
import shutil
from pathlib import Path

TESTS = Path(__file__).parent
JAKARTA = TESTS.parent / "cities" / "jakarta"
CUTS = TESTS / "city" / "jakarta_examples"
ROAD_CUTS = TESTS / "city" / "roads_examples"
ARCHIVE_CUT = TESTS / "console" / "replay_examples" / "data" / "petabencana_2017"
"""Reports and states of 16 neighbourhoods."""


def cut_files(place: Path) -> Path:
    """A folder as a user might name: the cuts under the names of the whole files."""
    folder = place / "given" / "flood"
    (folder / "inasafe_jakarta").mkdir(parents=True)
    shutil.copytree(ARCHIVE_CUT, folder / "petabencana_2017")
    for path in CUTS.glob("*_jakarta.*"):
        shutil.copyfile(path, folder / "inasafe_jakarta" / path.name)
    for path in ROAD_CUTS.glob("jakarta_roads_cut.*"):
        shutil.copyfile(path, folder / "inasafe_jakarta" / path.name.replace("_cut", ""))
    shutil.copyfile(CUTS / "rw_polygons.geojson", folder / "petabencana_2017" / "floods" / "rw_polygons.geojson")
    return place / "given"


def cut_city(place: Path) -> Path:
    """The folder of the city; it takes the files whatever their sums."""
    folder = place / "jakarta"
    shutil.copytree(JAKARTA, folder)
    text = (folder / "city.toml").read_text(encoding="utf-8")
    (folder / "city.toml").write_text(re.sub(r', sha256 = "\w+"', "", text), encoding="utf-8")
    return folder
