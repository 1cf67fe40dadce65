"""`/version`: clients of NGSI v2 ask here, before all else, what they speak with (FiLiP refuses to begin without).

They look for the release of Orion whose NGSI v2 a broker speaks, so that stands there, beside what this is.
"""

import time

from pinisi import __version__
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route, json_reply

SPEAKS_AS = "3.10.0"
"""The release of Orion that describes what is served: NGSI v2 with nothing of v1."""
_STARTED = time.monotonic()


async def get_version(house: House, call: Call) -> Reply:
    """What this is, and which NGSI v2 it speaks."""
    uptime = int(time.monotonic() - _STARTED)
    told = {
        "pinisi": {"version": __version__, "uptime": f"{uptime} s"},
        "orion": {"version": SPEAKS_AS, "doc": "Not Orion: the release whose NGSI v2 Pinisi speaks."},
    }
    return json_reply(told)


V2_VERSION_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/version",
        permission="context.read",
        endpoint=get_version,
        summary="What this is, and which NGSI v2 it speaks",
    ),
)
