"""Play a street for a house that controls signals: SUMO behind simulated controllers, in real time, until Ctrl-C.

    python scripts/play-street.py SCENARIO.sumocfg FOLDER [PORT]

Writes a layout for each junction into FOLDER and says what goes into the city's `live.toml`; connects to PORT (12111)
of this machine as soon as a house listens there. Needs the extra `mobility`. docs/reference/mobility-atcs.md
"""

import asyncio
import contextlib
import sys
import time
from pathlib import Path

from pinisi.services.mobility.atcs.street.child import StreetChild, layouts
from pinisi.services.mobility.atcs.street.playing import Playing
from pinisi.services.mobility.signal_controllers import PORT
from pinisi.services.mobility.twin.child import TwinFailed, TwinMissing
from pinisi.vocabulary.instant import SECOND

DAY_S = 86_400.0


async def play(scenario: Path, folder: Path, port: int) -> None:
    now = time.time()
    playing = Playing(
        scenario=str(scenario.resolve()),
        folder=str(folder),
        port=port,
        seconds=DAY_S,
        start=int(now * SECOND),
        began=now,
        reconnect=5.0,
    )
    street = await StreetChild.start(playing)
    try:
        files = ", ".join(f'"{path}"' for path in layouts(folder))
        print('[[sources]]\nid = "signal-control"\nkind = "mobility.atcs"')
        print(f"options = {{ port = {port}, junctions = [{files}] }}\n", flush=True)
        print("The security code of simulated controllers is 2222: the secret rsmp-level-2.", flush=True)
        street.go()
        played = await street.finish(stop=False)
        print(f"{played.seconds} s, {played.completed} of {played.due} vehicles, {played.delay_s:.1f} s of delay each")
    finally:
        await street.kill()


def main() -> int:
    if len(sys.argv) not in (3, 4):
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[2]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(play(Path(sys.argv[1]), folder, int(sys.argv[3]) if len(sys.argv) == 4 else PORT))
    except (TwinMissing, TwinFailed) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
