"""The judge of warnings: a hundred thousand damaged messages, and what judging a real one costs."""

import os
import random
import sys
import time
from pathlib import Path

from figure import figure

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "incidents"))

from cap_damage import damaged_well_formed
from cap_files import certificate_in, message
from cap_fuzz import fuzz
from lxml import etree

from pinisi.incidents.cap.judge import judge
from pinisi.incidents.cap.signature import check_signature

FIGURES = ("incidents.cap.fuzz.", "incidents.cap.schema.", "incidents.cap.cost.")
DOCUMENTS, COMPARED, RUNS = 100_000, 20_000, 2_000
SAMPLES = ("bmkg/bmkg_cap_banten.xml", "google/australia.cap", "oasis/Oasis_AmberAlert.xml", "wmo/sc/valid.xml")


def main() -> int:
    only = os.environ.get("PINISI_BENCH_ONLY", "")
    for prefix, measure in zip(FIGURES, (fuzzed, compared, cost), strict=True):
        if prefix.startswith(only) or only.startswith(prefix):
            measure()
    return 0


def fuzzed() -> None:
    """Ends with the exception of the first crash."""
    run = fuzz(DOCUMENTS, seed=20_261_125)
    note = f"{run.valid} still valid, {run.read} still read, {run.signed} with a signature that still holds"
    figure("incidents.cap.fuzz.documents", run.documents, "count", "100000", note)
    figure("incidents.cap.fuzz.crashes", 0, "count", "0", "schema, rules, signature and words of each")
    figure("incidents.cap.fuzz.slowest_ms", round(run.slowest * 1000, 1), "ms", "", "wall, on a shared machine")


def compared() -> None:
    draw = random.Random(20_261_125)
    schema = etree.XMLSchema(etree.fromstring(message("schema/cap12.xsd")))
    disagreed = kept = told = 0
    for _ in range(COMPARED):
        body = damaged_well_formed(message(draw.choice(SAMPLES)), draw)
        judgement = judge(body)
        if judgement.version is None:
            continue
        oasis = schema.validate(etree.fromstring(body))
        ours = not any(each.rule.startswith("schema.") for each in judgement.findings)
        disagreed, kept, told = disagreed + (oasis != ours), kept + oasis, told + 1
    note = f"{told} damaged messages that are still XML, {kept} of them by the schema; lxml with CAP-v1.2.xsd"
    figure("incidents.cap.schema.disagreements", disagreed, "count", "0", note)


def cost() -> None:
    banten, bf = message("bmkg/bmkg_cap_banten.xml"), message("wmo/sc/valid.xml")
    trusted = certificate_in(bf)
    figure("incidents.cap.cost.judge_us", _cpu(lambda: judge(banten)), "us/message", "", f"BMKG, {len(banten)} bytes")
    signature = _cpu(lambda: check_signature(bf, trusted))
    figure("incidents.cap.cost.signature_us", signature, "us/message", "", "ECDSA-SHA256, four canonical forms tried")


def _cpu(work: object) -> float:
    assert callable(work)
    work()
    start = time.process_time()
    for _ in range(RUNS):
        work()
    return round((time.process_time() - start) / RUNS * 1e6, 1)


if __name__ == "__main__":
    sys.exit(main())
