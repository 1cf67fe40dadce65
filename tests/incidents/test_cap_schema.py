"""The tables of our schemas say what the schemas of OASIS say, whatever a message holds."""

import random

import pytest
from cap_damage import damaged_well_formed
from cap_files import message
from lxml import etree

from pinisi.incidents.cap.judge import judge

CASES = 250
SAMPLES = {
    "1.2": ("bmkg/bmkg_cap_banten.xml", "google/australia.cap", "oasis/Oasis_AmberAlert.xml", "wmo/sc/valid.xml"),
    "1.1": ("google/weather.cap", "google/KAR0-0306112239-SW.cap"),
}
SCHEMAS = {
    version: etree.XMLSchema(etree.fromstring(message(f"schema/cap{version.replace('.', '')}.xsd")))
    for version in ("1.0", "1.1", "1.2")
}
TEN = (
    message("google/weather.cap")
    .replace(b"urn:oasis:names:tc:emergency:cap:1.1", b"http://www.incident.com/cap/1.0")
    .replace(b"<valueName>", b"")
    .replace(b"</valueName>\n<value>", b"=")
    .replace(b"</value>", b"")
)
"""The same warning as CAP 1.0 wrote it: codes as `name=value`."""


def by_oasis(version: str, body: bytes) -> bool | None:
    """None: it is not even XML."""
    try:
        return SCHEMAS[version].validate(etree.fromstring(body))
    except etree.XMLSyntaxError:
        return None


def by_ours(body: bytes) -> bool | None:
    judgement = judge(body)
    if judgement.version is None:
        return None
    return not any(each.rule.startswith("schema.") for each in judgement.findings)


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_a_damaged_message_keeps_our_schema_exactly_when_it_keeps_that_of_oasis(version: str) -> None:
    draw = random.Random(20_261_125)
    samples = [TEN] if version == "1.0" else [message(name) for name in SAMPLES[version]]
    kept = broken = 0
    for _ in range(CASES):
        body = damaged_well_formed(draw.choice(samples), draw)
        oasis = by_oasis(version, body)
        if oasis is None:
            continue
        assert by_ours(body) == oasis, body.decode("utf-8", "replace")
        kept, broken = kept + oasis, broken + (not oasis)
    assert kept > 5 and broken > CASES / 4


def test_a_message_of_cap_1_0_is_told_apart_and_judged_by_its_own_schema() -> None:
    judgement = judge(TEN)
    assert [each.rule for each in judgement.errors] == ["version.old"]
    assert (judgement.version, judgement.alert) == ("1.0", None)
