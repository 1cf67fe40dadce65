"""The search for offsets in a process of its own: it takes a second or two, and scipy much memory.

`python -m pinisi.services.mobility.atcs.offset_search`: an arterial as JSON in, offsets as JSON out; a line on
stderr and an end other than 0 where there are none.
"""

import asyncio
import sys

import msgspec

from pinisi.services.mobility.engine.progression.arterial import Arterial
from pinisi.services.mobility.engine.progression.maxband import NoSolver, Offsets, widest_bands

PATIENCE_S = 60.0


class NotFound(RuntimeError):
    """Why there are no offsets."""


async def sought(arterial: Arterial) -> Offsets:
    """Raises NotFound."""
    pipe = asyncio.subprocess.PIPE
    module = "pinisi.services.mobility.atcs.offset_search"
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", module, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        async with asyncio.timeout(PATIENCE_S):
            out, err = await child.communicate(msgspec.json.encode(arterial))
    except TimeoutError:
        raise NotFound(f"none found within {PATIENCE_S:g} s") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.communicate()
    if child.returncode:
        raise NotFound(err.decode("utf-8", "replace").strip().splitlines()[-1][:300] if err else "the search failed")
    return msgspec.json.decode(out, type=Offsets)


def main() -> int:
    arterial = msgspec.json.decode(sys.stdin.buffer.read(), type=Arterial)
    try:
        sys.stdout.buffer.write(msgspec.json.encode(widest_bands(arterial)))
    except NoSolver as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
