"""Damaged messages through the whole judge: no exception, no hang, no verdict without words."""

import random
import time
from typing import NamedTuple

from cap_damage import damaged
from cap_files import message
from cap_keys import certificate, key_pem, pem

from pinisi.incidents.cap.findings import rules
from pinisi.incidents.cap.reader import read_cap
from pinisi.incidents.cap.sign import SigningKey, sign_cap
from pinisi.incidents.cap.verdict import Verdict, verdict_lines, verdict_of
from pinisi.incidents.cap.writer import write_cap

SAMPLES = (
    "bmkg/bmkg_cap_banten.xml",
    "google/australia.cap",
    "google/earthquake_signed.cap",
    "google/noaa_errors.cap",
    "oasis/Oasis_AmberAlert.xml",
    "oasiscap/ipaws-5e6dd9de023f1930ef6548d9.xml",
    "wmo/sc/valid.xml",
)


class Run(NamedTuple):
    """Counts; `slowest` in seconds."""

    documents: int
    valid: int
    read: int
    signed: int
    slowest: float


def fuzz(documents: int, seed: int) -> Run:
    """Raises whatever the judge raises, and AssertionError for a verdict that says nothing."""
    draw = random.Random(seed)
    own = certificate("fuzz")
    trusted = pem(own)
    signed = sign_cap(read_cap(message(SAMPLES[0])), SigningKey(key_pem("fuzz"), trusted))
    samples = [signed, *(message(name) for name in SAMPLES)]
    valid = read = kept = 0
    slowest = 0.0
    for _ in range(documents):
        body = damaged(draw.choice(samples), draw)
        start = time.perf_counter()
        verdict = verdict_of(body, trusted)
        slowest = max(slowest, time.perf_counter() - start)
        hold(verdict)
        valid += verdict.judgement.valid
        read += verdict.judgement.alert is not None
        kept += verdict.signature.verdict == "valid"
    return Run(documents, valid, read, kept, slowest)


def hold(verdict: Verdict) -> None:
    """What a verdict must be, whatever it is about."""
    judgement = verdict.judgement
    assert judgement.valid or judgement.findings
    assert all(
        each.rule in rules() and each.reason.id and each.reason.en and each.reason.ja for each in judgement.findings
    )
    assert all(line for language in ("id", "en", "ja") for line in verdict_lines(verdict, language))
    if judgement.alert is not None:
        assert read_cap(write_cap(judgement.alert)).identifier == judgement.alert.identifier
