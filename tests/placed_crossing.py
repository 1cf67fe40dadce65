"""A crossing with signals in Makassar, and a way around its north arm, built by netconvert where it would lie."""

import subprocess
from pathlib import Path

import sumo

CROSSING = (119.43, -5.15)
_STEP = 0.003
_AT = {"c": (0, 0), "n": (0, 1), "s": (0, -1), "e": (1, 0), "w": (-1, 0), "x": (1, 1), "N": (0, 2)}
"""The rim is N, s, e, w; x lets one drive from e to n without the crossing."""
_ROADS = {"1": "cn", "2": "cs", "3": "ce", "4": "cw", "5": "ex", "6": "xn", "7": "nN"}


def build(folder: Path) -> Path:
    """The net: edge `1` leads from c to n, `-1` back; driven on the left."""
    nodes = "".join(
        f'<node id="{id}" x="{CROSSING[0] + x * _STEP:.6f}" y="{CROSSING[1] + y * _STEP:.6f}"'
        f"{' type=' + chr(34) + 'traffic_light' + chr(34) if id == 'c' else ''}/>"
        for id, (x, y) in _AT.items()
    )
    lanes = {"3": 2, "4": 2}
    edges = "".join(
        f'<edge id="{sign}{id}" from="{a}" to="{b}" numLanes="{lanes.get(id, 1)}" speed="11.11" name="Jalan {id}"/>'
        for id, (one, other) in _ROADS.items()
        for sign, a, b in (("", one, other), ("-", other, one))
    )
    (folder / "p.nod.xml").write_text(f"<nodes>{nodes}</nodes>", encoding="utf-8")
    (folder / "p.edg.xml").write_text(f"<edges>{edges}</edges>", encoding="utf-8")
    converter = Path(sumo.SUMO_HOME) / "bin" / "netconvert"
    words = [converter, "-n", "p.nod.xml", "-e", "p.edg.xml", "-o", "p.net.xml", "--proj.utm", "--lefthand"]
    subprocess.run([*words, "--output.street-names"], check=True, capture_output=True, cwd=folder)
    return folder / "p.net.xml"
