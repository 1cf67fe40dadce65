"""SNMP on the wire as net-snmp (Debian's snmpget, snmpset and snmpd 5.9.3) writes it, and whatever else may come."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ntcip_street import COMMUNITY, LAYOUT

from pinisi.services.mobility.atcs.layout import LayoutError, read_layout
from pinisi.services.mobility.ntcip.objects import ASC, PATTERN_CONTROL, masks
from pinisi.services.mobility.ntcip.site.agent import Agent
from pinisi.services.mobility.ntcip.site.ber import GET, RESPONSE, SET, Misformed, Pdu, read, write
from pinisi.services.mobility.ntcip.site.controller import Controller
from pinisi.vocabulary.instant import parse_instant

MESSAGES: dict[str, str] = json.loads((Path(__file__).parent / "atcs" / "net_snmp_messages.json").read_text("utf-8"))
OIDS = st.lists(st.integers(0, 2**28), min_size=1, max_size=8).map(lambda rest: (1, 3, *rest))
VALUES = st.none() | st.integers(-(2**31), 2**31) | st.binary(max_size=200)
PDUS = st.builds(
    Pdu,
    community=st.binary(max_size=30),
    kind=st.sampled_from([GET, SET, RESPONSE]),
    id=st.integers(0, 2**31 - 1),
    status=st.integers(0, 5),
    index=st.integers(0, 50),
    values=st.lists(st.tuples(OIDS, VALUES), max_size=8).map(tuple),
)


def agent() -> Agent:
    plot = read_layout(LAYOUT)
    assert plot.layout.snmp is not None
    now = parse_instant("2026-11-26T07:00:00Z")
    return Agent(Controller(plot.junction, plot.layout.snmp.phases, lambda: now), COMMUNITY)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_what_net_snmp_writes_is_read_and_written_again_octet_by_octet(name: str) -> None:
    data = bytes.fromhex(MESSAGES[name])
    assert write(read(data)) == data


def test_what_net_snmp_asks_is_answered() -> None:
    made = agent()
    made.community = b"public"
    answer = made.answer(bytes.fromhex(MESSAGES["set"]))
    assert answer is not None
    told = read(answer)
    assert (told.status, told.values[0]) == (0, (PATTERN_CONTROL, 254))
    assert (made.controller.pattern, made.controller.control[4, 1]) == (254, 130)


@given(pdu=PDUS)
def test_a_message_is_read_as_it_was_written(pdu: Pdu) -> None:
    assert read(write(pdu)) == pdu


@given(data=st.binary(max_size=200))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    try:
        read(data)
    except Misformed:
        return


@settings(derandomize=True)
@given(name=st.sampled_from(sorted(MESSAGES)), at=st.integers(0, 300), octet=st.integers(0, 255), cut=st.booleans())
def test_the_agent_outlives_any_spoilt_message(name: str, at: int, octet: int, cut: bool) -> None:
    data = bytearray(bytes.fromhex(MESSAGES[name]))
    at %= len(data)
    data[at] = octet
    made = agent()
    made.community = b"public"
    answer = made.answer(bytes(data[:at] if cut else data))
    assert answer is None or read(answer).kind == RESPONSE


def test_a_number_out_of_range_and_what_cannot_be_set_are_refused_by_error_status() -> None:
    made = agent()
    for oid, value, status in (
        (PATTERN_CONTROL, 256, 3), (PATTERN_CONTROL, b"x", 3), ((*ASC, 4, 10, 0), 1, 4), ((*ASC, 9, 9, 0), 1, 2)
    ):  # fmt: skip
        asked = Pdu(community=COMMUNITY.encode(), kind=SET, id=1, values=((oid, value),))
        answer = made.answer(write(asked))
        assert answer is not None
        assert (read(answer).status, read(answer).index) == (status, 1)


@given(phases=st.sets(st.integers(1, 16)))
def test_phases_are_bits_of_groups_of_eight(phases: set[int]) -> None:
    found = masks(phases, (1, 2))
    assert {8 * (group - 1) + bit + 1 for group, mask in found.items() for bit in range(8) if mask >> bit & 1} == phases


@pytest.mark.parametrize(
    ("was", "now", "reason"),
    [
        ('allows = "groups"', 'allows = "bands"', "allows: NTCIP 1202 has no other timings"),
        ("east = 12", "east = 2", "snmp.phases: phase 2 has several groups of one kind"),
        ("east = 12", "west = 12", "snmp.phases: '(east|west)' is no group, or has no phase"),
        ("east = 12", "east = 65", "snmp.phases"),
        ("every = 0.05", "every = 0", "snmp.every"),
        ("port = 1161", "port = 0", "snmp.port"),
    ],
)
def test_a_layout_that_no_ntcip_controller_fits_is_told_by_field(
    tmp_path: Path, was: str, now: str, reason: str
) -> None:
    junction = LAYOUT.with_name("crossing_junction.toml").read_text("utf-8")
    (tmp_path / "crossing_junction.toml").write_text(junction, "utf-8")
    text = LAYOUT.read_text("utf-8")
    assert was in text
    (tmp_path / "ntcip.toml").write_text(text.replace(was, now), "utf-8")
    with pytest.raises(LayoutError, match=rf"ntcip\.toml: {reason}"):
        read_layout(tmp_path / "ntcip.toml")
