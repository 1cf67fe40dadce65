"""Takes finished runs of other files into the one of the repository, and drops those of code that is gone.

`python bench/resco_kept.py [FILE...]`: what is kept afterwards are the runs that the measurement of all maps with seeds
1 to 10 would ask for with the code as it is.
"""

import sys
from pathlib import Path

from mobility_resco import MAPS, asked
from resco_runs import FILE, gathered, key_of, write

SEEDS = range(1, 11)


def main(files: list[str]) -> int:
    wanted = {key_of(run) for name in MAPS for seed in SEEDS for run in asked(name, seed).values()}
    lines = gathered([FILE, *map(Path, files)], wanted)
    write(lines)
    print(f"{len(lines)} of {len(wanted)} runs kept in {FILE.relative_to(FILE.parents[2])}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
