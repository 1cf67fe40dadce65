"""Runs benches, keeps their lines in bench/results.jsonl, renders docs/benchmarks.md.

`python bench/collect.py` runs all; `python bench/collect.py context.` those whose figures begin so, and replaces only
their lines. A bench is a file beside this one that declares `FIGURES`, the beginnings of its figures' names; run as a
program it prints one JSON line a figure. It finds what was asked for in `PINISI_BENCH_ONLY`, to leave out the rest.
"""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

BENCH = Path(__file__).parent
RESULTS = BENCH / "results.jsonl"
PAGE = BENCH.parent / "docs" / "benchmarks.md"

Line = dict[str, Any]
MEMBERS = ("name", "value", "unit", "reference", "note")


def main(words: list[str]) -> int:
    """Run what is asked for; 1 when a bench failed (its old lines stay) or none fits."""
    only = words[0] if words else ""
    files = [file for file in sorted(BENCH.glob("*.py")) if concerns(prefixes(file), only)]
    if not files:
        print(f"no bench has figures that begin with {only!r}", file=sys.stderr)
        return 1
    failed = [file.name for file in files if not collect(file, only)]
    PAGE.write_text(page(read(RESULTS)), encoding="utf-8")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def prefixes(file: Path) -> tuple[str, ...]:
    """The value of `FIGURES` in a bench, read without running it; () where there is none."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "FIGURES" for target in node.targets):
            return tuple(ast.literal_eval(node.value))
    return ()


def concerns(beginnings: Iterable[str], only: str) -> bool:
    """Whether a bench may print a figure whose name begins with `only`."""
    return any(beginning.startswith(only) or only.startswith(beginning) for beginning in beginnings)


def collect(file: Path, only: str) -> bool:
    """Run one bench and replace its lines."""
    print(f"{file.name} ...", file=sys.stderr, flush=True)
    environment = {**os.environ, "PINISI_BENCH_ONLY": only}
    done = subprocess.run([sys.executable, str(file)], stdout=subprocess.PIPE, text=True, env=environment, check=False)
    try:
        new = [line for line in parse(done.stdout) if line["name"].startswith(only)]
    except ValueError as error:
        print(f"{file.name}: {error}", file=sys.stderr)
        return False
    if done.returncode != 0:
        print(f"{file.name}: exit code {done.returncode}", file=sys.stderr)
        return False
    for line in new:
        print(f"  {line['name']} = {line['value']} {line['unit']}", flush=True)
    write(RESULTS, merge(read(RESULTS), new, prefixes(file), only))
    return True


def parse(text: str) -> list[Line]:
    """The lines of a bench; raises `ValueError` for one that is no figure."""
    lines: list[Line] = []
    for row in filter(None, text.splitlines()):
        line = json.loads(row)
        if not isinstance(line, dict) or sorted(line) != sorted(MEMBERS):
            raise ValueError(f"not a figure: {row[:200]}")
        lines.append({member: line[member] for member in MEMBERS})
    return lines


def merge(old: list[Line], new: list[Line], beginnings: tuple[str, ...], only: str) -> list[Line]:
    """Replace the lines of one bench that were asked for; all others stay as they are."""
    measured = {line["name"] for line in new}

    def replaced(name: str) -> bool:
        return name in measured or (name.startswith(only) and name.startswith(beginnings))

    return sorted([line for line in old if not replaced(line["name"])] + new, key=lambda line: line["name"])


def read(file: Path) -> list[Line]:
    return parse(file.read_text(encoding="utf-8")) if file.exists() else []


def write(file: Path, lines: list[Line]) -> None:
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def page(lines: list[Line]) -> str:
    """docs/benchmarks.md: one table for each part of the house."""
    return "\n".join(_page(lines)) + "\n"


def _page(lines: list[Line]) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield "Rendered from `bench/results.jsonl` by `make bench`; not written by hand."
    yield "`make bench ONLY=prefix` measures those figures anew whose names begin with the prefix."
    yield "Machines are shared and noisy: read CPU time and ratios before wall time, and the load average in the note."
    for part in sorted({line["name"].partition(".")[0] for line in lines}):
        yield from ("", f"## {part}", "", "| figure | value | unit | compared with | note |", "|---|---:|---|---|---|")
        for line in lines:
            if line["name"].partition(".")[0] == part:
                cells = [f"`{line['name']}`", number(line["value"]), line["unit"], line["reference"], line["note"]]
                yield f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


def number(value: float | str) -> str:
    """Four figures are enough for a reader; whole numbers stay whole."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.4g}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
