"""A share of the vehicles of a scenario on two wheels, for cities where most are (Makassar: 72 %)."""

import re
from pathlib import Path
from xml.etree.ElementTree import parse
from zlib import crc32

NAME = "pinisi_motorcycle"
EMISSION_CLASS = "HBEFA4/MC_4S_gt250cc_Euro-3"
TYPE = f'<vType id="{NAME}" vClass="motorcycle" emissionClass="{EMISSION_CLASS}" latAlignment="arbitrary"/>'
LATERAL_M = 0.8
VEHICLE = re.compile(r"<(trip|vehicle|flow)\b[^>]*>")
ID = re.compile(r'\bid="([^"]*)"')
KIND = re.compile(r'\btype="[^"]*"')


def with_motorcycles(routes: str, share: float, seed: int) -> str:
    """The text of a route file in which so many, drawn by seed and id, ride a motorcycle; their ways and times stay."""

    def ridden(found: re.Match[str]) -> str:
        tag = found.group()
        name = ID.search(tag)
        if name is None or crc32(f"{seed}:{name.group(1)}".encode()) / 2**32 >= share:
            return tag
        kind = f'type="{NAME}"'
        return KIND.sub(kind, tag) if KIND.search(tag) else tag.replace(found.group(1), f"{found.group(1)} {kind}", 1)

    return VEHICLE.sub(ridden, routes)


def arguments(scenario: Path, share: float, seed: int, folder: Path) -> list[str]:
    """What SUMO is told, its files written into `folder`: the routes, the type, lanes that are shared side by side."""
    if not share:
        return []
    told = parse(scenario).getroot().find(".//route-files")
    names = [] if told is None else (told.get("value") or "").split(",")
    written: list[str] = []
    for number, name in enumerate(names):
        file = folder / f"routes{number}.rou.xml"
        text = (scenario.parent / name.strip()).read_text(encoding="utf-8")
        file.write_text(with_motorcycles(text, share, seed), encoding="utf-8")
        written.append(str(file))
    kind = folder / "motorcycle.add.xml"
    kind.write_text(f"<additional>{TYPE}</additional>", encoding="utf-8")
    return [
        *("--additional-files", str(kind), "--route-files", ",".join(written)),
        *("--lateral-resolution", str(LATERAL_M)),
    ]
