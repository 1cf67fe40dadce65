"""Make areas, registers and basemap of this folder from the collected files.

    python cities/makassar/build.py

reads the folder that PINISI_SHARED names (default: `../shared` beside the repository). The same files give the same
bytes. Needs shapely, rapidfuzz and numpy; the city itself runs without this script.
"""

import os
import sys
from pathlib import Path

from building.areas import read_areas, write_areas
from building.basemap import write_basemap
from building.registers import write_registers

FOLDER = Path(__file__).parent


def main() -> int:
    shared = Path(os.environ.get("PINISI_SHARED") or FOLDER.parent.parent.parent / "shared")
    if not (shared / "data").is_dir():
        print(f"{shared}/data is not there: set PINISI_SHARED to the folder of collected files", file=sys.stderr)
        return 1
    areas = read_areas(shared)
    write_areas(areas, FOLDER / "areas.geojson")
    write_registers(shared, FOLDER / "registers")
    write_basemap(areas, shared, FOLDER / "basemap.pmtiles")
    return 0


if __name__ == "__main__":
    sys.exit(main())
