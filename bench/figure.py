"""One published number: one JSON line on standard output."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path


def figure(name: str, value: float | str, unit: str, reference: str = "", note: str = "") -> None:
    """Print a figure.

    Args:
        name: the name of docs and issues, as `context.retrieve.cpu_us`.
        value: measured in this run; never typed in by hand.
        unit: what one of it is, as `us/request`.
        reference: the number to compare with, and whose.
        note: sizes and conditions; the commit and the load average are added.
    """
    value = round(value, 4) if isinstance(value, float) else value
    circumstances = [note] if note else []
    circumstances += [f"commit {commit()}", f"load {os.getloadavg()[0]:.2f}", f"{os.cpu_count()} cores"]
    if os.nice(0):
        circumstances.append(f"priority {os.nice(0)} among others at work")
    line = {"name": name, "value": value, "unit": unit, "reference": reference, "note": "; ".join(circumstances)}
    print(json.dumps(line, ensure_ascii=False), flush=True)


@cache
def commit() -> str:
    """The commit measured, with `+` when the tree has changes beside it (results and their page do not count)."""
    here = Path(__file__).parent
    short = _git(here, "rev-parse", "--short", "HEAD") or "unknown"
    mine = [":!bench/results.jsonl", ":!docs/benchmarks.md"]
    changed = _git(here.parent, "status", "--porcelain", "--untracked-files=no", "--", ".", *mine)
    return short + ("+" if changed else "")


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
