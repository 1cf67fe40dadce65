"""`make test-long`: the parts one after another, a failure does not end it; says what it does, and sums up.

`run.py [--parts NAMES] [--seed NUMBER] [--resume]`. Each part leaves its log and its record in `build/test-long/`; with
`--resume` tests that passed there are not run again and the same seed is drawn from.
"""

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parts import Part, chosen
from record import FILE, PASSED

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "test-long"
SAY_EVERY = 60.0
"""Seconds between two words on what is under way."""
NOTHING_TO_RUN = 5
"""How pytest ends when all of a part passed before."""


@dataclass
class Course:
    """How a part went, as its record tells it."""

    part: Part
    tests: int = 0
    now: str = ""
    outcomes: dict[str, str] = field(default_factory=dict[str, str])
    seconds: float = 0.0
    cpu: float = 0.0
    """Seconds of processors: what it takes, however busy the machine is."""
    ended: int | None = None

    def hear(self, line: dict[str, Any]) -> str | None:
        """Take in a line of the record; the name of a test that failed."""
        self.tests = line.get("tests", self.tests)
        self.now = line.get("begins", self.now)
        if "test" in line:
            self.outcomes[line["test"]] = line["outcome"]
            return line["test"] if line["outcome"] == "failed" else None
        self.seconds += line.get("part_seconds", 0.0)
        self.cpu += line.get("part_cpu", 0.0)
        self.ended = line.get("ended", self.ended)
        return None

    def named(self, outcome: str) -> list[str]:
        return [name for name, one in self.outcomes.items() if one == outcome]

    @property
    def good(self) -> bool:
        return self.ended in (0, NOTHING_TO_RUN) and not self.named("failed") and bool(self.outcomes)


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def log_of(part: Part) -> Path:
    return KEPT / f"{part.name}.log"


def record_of(part: Part) -> Path:
    return KEPT / f"{part.name}.jsonl"


def course_of(part: Part) -> Course:
    """What its record holds; nothing of a part that never ran."""
    course = Course(part)
    if record_of(part).is_file():
        for line in record_of(part).read_text(encoding="utf-8").splitlines():
            course.hear(json.loads(line))
    return course


def command_of(part: Part, seed: int) -> list[str]:
    spread = ["-n", "2", "--dist", part.spread] if part.spread else []
    return [
        *(sys.executable, "-m", "pytest", *part.paths, "-m", part.marked, "-p", "record", "--timeout=1800"),
        *("--hypothesis-profile=searching", f"--hypothesis-seed={seed}", "--durations=25"),
        *(f"--ignore={path}" for path in part.left_out),
        *(*spread, *part.more),
    ]


def environment_of(part: Part, course: Course) -> dict[str, str]:
    passed = KEPT / f"{part.name}.passed"
    passed.write_text("".join(f"{name}\n" for name in course.named("passed")), encoding="utf-8")
    told = {FILE: str(record_of(part)), PASSED: str(passed), "PYTHONHASHSEED": "0"}
    paths = os.pathsep.join(filter(None, (str(Path(__file__).parent), os.environ.get("PYTHONPATH"))))
    return {"EXAMPLES": "10", **os.environ, **told, "PYTHONPATH": paths}


def run(part: Part, seed: int, resumed: bool) -> Course:
    """Run a part to its end; `KeyboardInterrupt` stops it first."""
    if not resumed:
        record_of(part).unlink(missing_ok=True)
    course = course_of(part)
    course.outcomes = dict.fromkeys(course.named("passed"), "passed")
    before = len(course.outcomes)
    say(f"{part.name}: {part.what}" + (f" ({before} passed before)" if before else ""))
    record_of(part).touch()
    began, used = time.monotonic(), cpu_of_children()
    with record_of(part).open(encoding="utf-8") as lines, log_of(part).open("w", encoding="utf-8") as log:
        lines.seek(0, os.SEEK_END)
        process = subprocess.Popen(
            command_of(part, seed), cwd=ROOT, env=environment_of(part, course), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            course.ended = _watched(process, course, lines, before, began)
        except KeyboardInterrupt:
            process.wait()
            raise
        finally:
            took, cpu = time.monotonic() - began, cpu_of_children() - used
            told = {"part_seconds": round(took, 1), "part_cpu": round(cpu, 1), "ended": process.returncode}
            with record_of(part).open("a", encoding="utf-8") as record:
                record.write(json.dumps(told) + "\n")
    course.seconds += took
    course.cpu += cpu
    say(f"{part.name}: {verdict(course)} in {took / 60:.1f} min")
    return course


def cpu_of_children() -> float:
    """Seconds of processors that ended children and theirs took, if each was waited for."""
    used = os.times()
    return used.children_user + used.children_system


def _watched(process: subprocess.Popen[bytes], course: Course, lines: Any, before: int, began: float) -> int:
    """Tell failures at once, and now and then how far it is; how it ended."""
    said, ended = began, None
    while ended is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            ended = process.wait(1.0)
        for line in lines:
            failed = course.hear(json.loads(line))
            if failed:
                say(f"{course.part.name}: FAILED {failed}")
        if ended is None and time.monotonic() - said > SAY_EVERY:
            said = time.monotonic()
            say(f"{course.part.name}: {len(course.outcomes) - before} of {course.tests}, now {course.now}")
    return ended


def verdict(course: Course) -> str:
    counts = Counter(course.outcomes.values())
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in ("failed", "passed", "skipped") if counts[outcome])
    unended = "" if course.ended in (0, 1, NOTHING_TO_RUN) else f", did not end well ({course.ended})"
    return (told or "no test ran") + unended


def sum_up(courses: list[Course], seed: int) -> bool:
    """Print what became of each part and what failed; true when all is green."""
    print("\npart         minutes  of CPU  outcome")
    for course in courses:
        print(f"{course.part.name:<12} {course.seconds / 60:>7.1f} {course.cpu / 60:>7.1f}  {verdict(course)}")
    bad = [course for course in courses if not course.good]
    for course in bad:
        print(f"\n{course.part.name}, see {log_of(course.part).relative_to(ROOT)}")
        print("".join(f"  {name}\n" for name in course.named("failed")), end="")
    if bad:
        names = ",".join(course.part.name for course in bad)
        print(f"\nwhat did not pass, again, drawn the same: make test-long PART={names} RESUME=1 (SEED={seed})")
    return not bad


def seed_of(wanted: str, resumed: bool) -> int:
    """The seed: as asked for; that of last time when it is resumed; else a new one. It is kept."""
    kept = KEPT / "seed"
    if wanted:
        seed = int(wanted)
    elif resumed and kept.is_file():
        seed = int(kept.read_text(encoding="utf-8"))
    else:
        seed = random.SystemRandom().randrange(1 << 32)
    kept.write_text(f"{seed}\n", encoding="utf-8")
    return seed


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--parts", default="", help="names, by commas; none: all")
    asked.add_argument("--seed", default="", help="what to draw from; none: a new one")
    asked.add_argument("--resume", action="store_true", help="leave out what passed")
    told = asked.parse_args()
    try:
        parts = chosen(told.parts)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    KEPT.mkdir(parents=True, exist_ok=True)
    seed = seed_of(told.seed, told.resume)
    say(f"{len(parts)} parts, SEED={seed}; logs and records in {KEPT.relative_to(ROOT)}")
    courses: list[Course] = []
    try:
        for part in parts:
            courses.append(run(part, seed, told.resume))
    except KeyboardInterrupt:
        sum_up(courses, seed)
        print("stopped; what is left: make test-long RESUME=1")
        return 130
    return 0 if sum_up(courses, seed) else 1


if __name__ == "__main__":
    sys.exit(main())
