"""A hundred thousand damaged warnings: each is answered in words, none crashes the judge or keeps it."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "incidents"))

from cap_fuzz import fuzz

pytestmark = [pytest.mark.long, pytest.mark.timeout(7200)]
DOCUMENTS = int(os.environ.get("FUZZ_CASES", "100")) * 1_000
HANG_SECONDS = 20


def test_no_damaged_warning_crashes_or_keeps_the_judge(cases: dict[str, int], start: int) -> None:
    run = fuzz(DOCUMENTS, seed=start)
    cases["warnings"] = run.documents
    assert 0 < run.read < run.documents, "some are read, some are beyond it"
    assert run.slowest < HANG_SECONDS
