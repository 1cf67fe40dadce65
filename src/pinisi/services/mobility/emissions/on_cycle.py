"""The factors that Pinisi ships, computed anew: HBEFA 4.2 as in SUMO, over the urban part of the cycle NEFZ (NEDC).

SUMO's wheel holds all that is needed: the emission model in its program `emissionsDrivingCycle`, and the cycle in
`tools/emissions/nefz.py` (195 s, driven four times, mean speed 18.9 km/h). `python -m` this module prints the table.
"""

import ast
import csv
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pinisi.services.mobility.twin.run import SUMO
from pinisi.services.mobility.twin.sumo_programs import environment, sumo_home

COLUMNS: Sequence[str] = ("class", "co2", "co2_low", "co2_high", "nox", "pm", "co", "hc", "source", "year")
YEAR = 2022
"""Of HBEFA 4.2."""
TIMES = 4
STANDS_FOR: Mapping[str, Sequence[str]] = {
    "motorcycle": (
        "MC_4S_le250cc_Euro-3",
        "MC_4S_le250cc_preEuro",
        "MC_4S_le250cc_Euro-1",
        "MC_4S_le250cc_Euro-2",
        "MC_4S_le250cc_Euro-4",
    ),
    "light": (
        "PC_petrol_Euro-4",
        "PC_petrol_Euro-2",
        "PC_petrol_Euro-3",
        "PC_diesel_Euro-3",
        "PC_diesel_Euro-4",
        "LCV_diesel_N1-III_Euro-3",
    ),
    "bus": ("UBus_Midi_le15t_Euro-III", "UBus_Std_gt15-18t_Euro-II", "UBus_Std_gt15-18t_Euro-III"),
    "truck": ("RT_le7.5t_Euro-III", "RT_le7.5t_Euro-II", "RT_gt7_5-12t_Euro-II", "RT_gt7_5-12t_Euro-III"),
    "heavy": (
        "RT_le7.5t_Euro-III",
        "RT_le7.5t_Euro-II",
        "RT_gt7_5-12t_Euro-III",
        "UBus_Midi_le15t_Euro-III",
        "UBus_Std_gt15-18t_Euro-III",
    ),
}
"""The first of each is the factor, all of them its interval; `heavy`: counts that do not tell buses from trucks."""


def cycle(tool: Path) -> list[float]:
    """Speed (m/s) in each second of the urban part of the cycle, as SUMO's tool has it."""
    tree = ast.parse(tool.read_text(encoding="utf-8"))
    steps: Sequence[Sequence[float]] = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NEFZ1"
    )
    speeds: list[float] = []
    speed = 0.0
    for seconds, acceleration, reached in steps:
        if not seconds:
            speed = reached / 3.6
        for _ in range(int(seconds)):
            speed = speed + acceleration if reached < 0 else reached / 3.6
            speeds.append(max(speed, 0.0))
    return speeds


def grams_per_km(emission_class: str) -> dict[str, float]:
    """CO2, NOx, PM, CO, HC of a class of HBEFA4 over the cycle. Raises `TwinMissing`: SUMO is not installed."""
    home = sumo_home()
    speeds = cycle(home / "tools" / "emissions" / "nefz.py") * TIMES
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        lines = "\n".join(f"{second};{speed:.4f}" for second, speed in enumerate(speeds))
        (folder / "cycle.csv").write_text(lines + "\n", encoding="utf-8")
        program = home / "bin" / "emissionsDrivingCycle"
        words = ["-t", "cycle.csv", "-a", "-e", f"HBEFA4/{emission_class}", "-o", "out.csv", "--sum-output", "sum.csv"]
        subprocess.run([program, *words], cwd=folder, check=True, capture_output=True, env=environment())
        heads, values = list(csv.reader((folder / "sum.csv").read_text(encoding="utf-8").splitlines()))[:2]
    told = dict(zip(heads, values, strict=True))
    return {gas.lower(): float(told[gas]) for gas in ("CO2", "NOx", "PM", "CO", "HC")}


def row(kind: str) -> dict[str, str]:
    """A row of the table; masses in grams a kilometre, with four significant digits."""
    every = {name: grams_per_km(name) for name in STANDS_FOR[kind]}
    first = next(iter(every))
    carbon = [each["co2"] for each in every.values()]
    source = f"HBEFA 4.2; {first} as in SUMO {SUMO}; urban part of NEFZ; 18.9 km/h"
    numbers = {**every[first], "co2_low": min(carbon), "co2_high": max(carbon)}
    return {"class": kind, **{name: f"{value:.4g}" for name, value in numbers.items()}, "source": source,
            "year": str(YEAR)}  # fmt: skip


def main() -> None:
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(COLUMNS)
    for kind in STANDS_FOR:
        told = row(kind)
        table.writerow([told[name] for name in COLUMNS])


if __name__ == "__main__":
    main()
