"""people.*: tampering with a real audit trail that goes undetected, and what the chain costs.

The trail is that of people who sign in, entities that change, personal data that are read, by a store that signs. Half
of the acts are done to the text of an export, half to the rows of the database.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import median

import apsw

from figure import figure

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS / "people"), str(TESTS)]

from people_at_hand import CITY  # noqa: E402
from tampering import rehashed, tamper_with, tampered  # noqa: E402
from trails_at_hand import Trail, lived, put, verdict_of  # noqa: E402

from pinisi.people.proof.statements import read_checkpoint  # noqa: E402
from pinisi.people.trail_export import exported_from  # noqa: E402
from pinisi.store.sqlite import SqliteStore  # noqa: E402
from pinisi.vocabulary.principal import SYSTEM  # noqa: E402

FIGURES = ("people.tamper.", "people.chain.", "people.verify.")
ONLY = os.environ.get("PINISI_BENCH_ONLY", "")
ACTS = 10_000
ROUNDS = 50
SEED = 20261125
LINES = 20_000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        if wanted("people.tamper."):
            measure_tampering(lived(Path(folder) / "tampered", ROUNDS))
        if wanted("people.verify."):
            measure_verifier(lived(Path(folder) / "verified", 2_500))
        if wanted("people.chain."):
            measure_chain(Path(folder))


def wanted(name: str) -> bool:
    return name.startswith(ONLY) or ONLY.startswith(name)


def measure_tampering(trail: Trail) -> None:
    assert not trail.verdict().findings, "the clean trail must pass"
    random = Random(SEED)
    missed = missed_in_text(trail, random, ACTS // 2) + missed_in_file(trail, random, ACTS // 2)
    assert not trail.verdict().findings, "the file is as it was"
    lines = trail.verdict().lines
    note = f"{ACTS:,} random acts (half on an export, half on the database) on {lines} lines; the clean trail passes"
    figure("people.tamper.undetected", missed, "count", "goal 0", f"edits, deletions, insertions, exchanges; {note}")
    rows = trail.text().splitlines(keepends=True)
    bare, signed = rehash(trail, rows)
    note = "all links made anew after an edit: without the key; and signed anew with the machine's own key"
    figure("people.tamper.rehash_undetected", (not bare) + (not signed), "count", "goal 0", note)


def missed_in_text(trail: Trail, random: Random, acts: int) -> int:
    rows, keys = trail.text().splitlines(keepends=True), trail.keys
    missed = 0
    for _ in range(acts):
        changed = rows
        while changed == rows:
            _, changed = tampered(rows, random)
        missed += not verdict_of(b"".join(changed), keys).findings
    return missed


def missed_in_file(trail: Trail, random: Random, acts: int) -> int:
    connection, keys, missed = apsw.Connection(str(trail.file)), trail.keys, 0
    for _ in range(acts):
        connection.execute("BEGIN")
        tamper_with(connection, random)
        missed += not verdict_of(b"".join(exported_from(connection, CITY, keys)), keys).findings
        connection.execute("ROLLBACK")
    connection.close()
    return missed


def rehash(trail: Trail, rows: list[bytes]) -> tuple[bool, bool]:
    """Whether a full re-hash is found: by the checkpoints in the trail; signed anew, by those kept outside."""
    place = next(number for number, row in enumerate(rows) if b"records.read" in row)
    changed = rehashed(rows, place, rows[place][70:].rstrip(b"\n").replace(b'"o0"', b'"o1"'))
    bare = bool(verdict_of(b"".join(changed), trail.keys).findings)
    links = {row[70:].partition(b"[")[2].partition(b",")[0]: row[5:69] for row in changed if row.startswith(b"line ")}
    for number, row in enumerate(changed):
        if row.startswith(b"checkpoint "):
            old = read_checkpoint(row.decode().strip())
            link = bytes.fromhex(links[b"%d" % old.position].decode())
            new = trail.ring.signing.checkpoint(CITY, old.position, link, trail.now())
            changed[number] = new.text().encode() + b"\n"
    resigned = b"".join(changed)
    assert not verdict_of(resigned, trail.keys).findings, "nothing in the trail itself tells it"
    return bare, bool(verdict_of(resigned, trail.keys, trail.outside).findings)


def measure_verifier(trail: Trail) -> None:
    text, keys = trail.text(), trail.keys
    seconds = []
    for _ in range(5):
        begun = time.process_time()
        lines = verdict_of(text, keys).lines
        seconds.append(time.process_time() - begun)
    note = f"{lines:,} lines in memory, best of 5; Python's own library alone"
    figure("people.verify.lines_per_s", lines / min(seconds), "lines/CPU s", "", note)


def measure_chain(folder: Path) -> None:
    """Batches of entities into a store with the chain and into one without, in turn."""
    with_chain, without = [], []
    for run in range(7):
        without.append(asyncio.run(cpu_us(folder / f"without-{run}", chained=False)))
        with_chain.append(asyncio.run(cpu_us(folder / f"with-{run}", chained=True)))
    cost = min(with_chain) - min(without)
    medians = f"medians {median(with_chain):.1f} with and {median(without):.1f} without"
    note = f"{LINES:,} updates in batches of 1,000; {min(without):.1f} us without; best of 7 each, in turn; {medians}"
    figure("people.chain.cpu_us_per_line", cost, "us/line", "", note)


async def cpu_us(folder: Path, *, chained: bool) -> float:
    """CPU of one update in the store alone, all threads."""
    async with SqliteStore(folder, lambda: time.time_ns() // 1_000) as store:
        if not chained:
            store.tenant(CITY).chain = None
        begun = 0.0
        for round in range(LINES // 1_000 + 1):
            begun = time.process_time() if round == 1 else begun
            await store.apply(CITY, [put(f"urn:b:{n}", "urn:WasteBank", round) for n in range(1_000)], SYSTEM)
        return (time.process_time() - begun) / LINES * 1e6


if __name__ == "__main__":
    main()
