"""A crossing of two roads with signals, built by SUMO's own netconvert: where the RESCO maps cannot be had."""

import subprocess
from pathlib import Path

import sumo

NODES = """<nodes>
<node id="c" x="0" y="0" type="traffic_light"/>
<node id="n" x="0" y="300"/><node id="s" x="0" y="-300"/><node id="e" x="300" y="0"/><node id="w" x="-300" y="0"/>
</nodes>"""
EDGES = "<edges>{}</edges>".format(
    "".join(
        f'<edge id="{side}i" from="{side}" to="c" numLanes="{lanes}" speed="13.89"/>'
        f'<edge id="{side}o" from="c" to="{side}" numLanes="{lanes}" speed="13.89"/>'
        for side, lanes in {"n": 1, "s": 1, "e": 2, "w": 2}.items()
    )
)
FLOWS = "<routes>{}</routes>".format(
    "".join(
        f'<flow id="{a}{b}" from="{a}i" to="{b}o" begin="0" end="900" vehsPerHour="{flow}"/>'
        for a, b, flow in [("e", "w", 700), ("n", "s", 200), ("n", "w", 60), ("s", "n", 250), ("w", "e", 600)]
    )
)


def build(folder: Path) -> Path:
    """The scenario's configuration file; demand of a quarter of an hour."""
    written = {"x.nod.xml": NODES, "x.edg.xml": EDGES, "x.rou.xml": FLOWS}
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    converter = Path(sumo.SUMO_HOME) / "bin" / "netconvert"
    words = [converter, "-n", folder / "x.nod.xml", "-e", folder / "x.edg.xml", "-o", folder / "x.net.xml"]
    subprocess.run(words, check=True, capture_output=True)
    scenario = folder / "x.sumocfg"
    scenario.write_text(
        '<configuration><input><net-file value="x.net.xml"/><route-files value="x.rou.xml"/></input>'
        '<time><begin value="0"/><end value="900"/></time></configuration>',
        encoding="utf-8",
    )
    return scenario
