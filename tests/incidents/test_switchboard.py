"""Calls to 112: each rings once, is in one pair of hands, keeps its true times, and names its caller nowhere else."""

from pathlib import Path

import msgspec
import pytest

from pinisi.city.context import context_bytes
from pinisi.context.contexts import Contexts
from pinisi.incidents.calls.call import Past
from pinisi.incidents.calls.line import NotANumber, dialled, line_of
from pinisi.incidents.calls.pranks import prank_score
from pinisi.incidents.calls.switchboard import CallIsElsewhere, NoSuchCall, Said, Switchboard, Taken, line_key
from pinisi.incidents.records import RECORDS, ROOM
from pinisi.runtime.records import open_records
from pinisi.store.change import Forbidden
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import SECOND
from pinisi.vocabulary.principal import EVERYTHING, Principal

pytestmark = pytest.mark.anyio
NOW = 1_700_000_000 * SECOND
MINUTE = 60 * SECOND


def person(name: str, *permissions: str) -> Principal:
    return Principal(
        id=f"account:{name}", name=name, kind="person", permissions=frozenset(permissions), grants=EVERYTHING
    )


SITI, BASO = person("siti", "calls.take", "calls.read"), person("baso", "calls.take")
TELEPHONE = person("pbx", "calls.ring")


@pytest.fixture
async def board(store: SqliteStore) -> Switchboard:
    table = Contexts({"urn:pinisi:context": msgspec.json.decode(context_bytes())}).table("urn:pinisi:context")
    records = await open_records(ROOM, RECORDS, store, "city", table)
    return Switchboard(store, records, "city", await line_key(store, "city"))


async def saved(board: Switchboard, key: str, said: Said, at: int = NOW, incident: str = "") -> int:
    change, score = await board.save(key, said, incident, SITI, at)
    await board.keep([change], SITI)
    return score.score


async def test_a_call_that_the_telephone_system_tells_of_twice_rings_once(board: Switchboard) -> None:
    first = await board.ring("a1", "0811 411 1112", NOW, TELEPHONE, NOW)
    again = await board.ring("a1", "0811 411 1112", NOW, TELEPHONE, NOW)
    assert first == again
    assert [call.key for call in await board.queue(SITI)] == [first]


async def test_calls_wait_in_the_order_in_which_they_rang(board: Switchboard) -> None:
    late = await board.ring("b", "", NOW + 2 * SECOND, TELEPHONE, NOW)
    early = await board.ring("a", "", NOW, TELEPHONE, NOW)
    assert [call.key for call in await board.queue(SITI)] == [early, late]


async def test_of_two_who_take_a_call_the_second_is_told_so(board: Switchboard) -> None:
    key = await board.ring("a", "110", NOW, TELEPHONE, NOW)
    await board.pick_up(key, SITI, NOW + SECOND)
    with pytest.raises(CallIsElsewhere, match="somebody else"):
        await board.pick_up(key, BASO, NOW + SECOND)
    with pytest.raises(CallIsElsewhere, match="not in your hands"):
        await board.hand(key, BASO.id, BASO)
    await board.hand(key, BASO.id, SITI)
    assert (await board.waiting(key, SITI)).agent == BASO.id


async def test_a_caller_who_hung_up_before_anybody_came_is_missed_until_he_is_called_back(board: Switchboard) -> None:
    key = await board.ring("a", "0811 411 1112", NOW, TELEPHONE, NOW)
    await board.hung_up("a", NOW + 20 * SECOND, TELEPHONE)
    assert [call.state for call in await board.queue(SITI)] == ["missed"]
    with pytest.raises(CallIsElsewhere):
        await board.pick_up(key, SITI, NOW + MINUTE)
    back, number = await board.call_back(key, SITI, NOW + MINUTE)
    assert number == "+628114111112"
    assert [(call.key, call.recall_of) for call in await board.queue(SITI)] == [(back, key)]
    with pytest.raises(NoSuchCall):
        await board.call_back(key, BASO, NOW + MINUTE)


async def test_a_call_on_paper_keeps_its_true_times(board: Switchboard) -> None:
    taken = Taken(number="0411 112", channel="paper", rang_at=NOW - 60 * MINUTE, answered_at=NOW - 59 * MINUTE)
    key = await board.begin(taken, SITI, NOW)
    await saved(board, key, Said(kind="emergency", category="fire", said="asap"), incident="urn:i:1")
    row = (await board.of_incident("urn:i:1", SITI))[0]
    assert (row["rang_at"], row["entered_at"], row["channel"]) == (NOW - 60 * MINUTE, NOW, "paper")


async def test_who_reads_what_a_caller_said_is_on_record_and_a_call_taker_without_the_right_reads_nothing(
    board: Switchboard, store: SqliteStore
) -> None:
    key = await board.begin(Taken(number="0811", rang_at=NOW, answered_at=NOW), SITI, NOW)
    await saved(board, key, Said(kind="emergency", caller="Daeng Kebo", said="tolong"), incident="urn:i:1")
    with pytest.raises(Forbidden):
        await board.of_incident("urn:i:1", BASO)
    assert [row["caller"] for row in await board.of_incident("urn:i:1", SITI)] == ["Daeng Kebo"]
    log = (await store.log("city", 0, 1_000)).entries
    assert any(b"records.read" in (entry.detail or b"") and entry.principal == SITI.id for entry in log)


async def test_what_a_caller_says_of_himself_lies_in_no_entity_and_no_line_of_the_log(
    board: Switchboard, store: SqliteStore, tmp_path: Path
) -> None:
    key = await board.ring("a", "0811 999 8887", NOW, TELEPHONE, NOW)
    await board.pick_up(key, SITI, NOW)
    said = Said(kind="emergency", caller="Kanari Kuning", spot="lorong kanari", said="kanari terbakar")
    await saved(board, key, said, incident="urn:i:1")
    log = (await store.log("city", 0, 1_000)).entries
    told = b" ".join((entry.detail or b"") + entry.subject.encode() for entry in log)
    assert b"anari" not in told and b"9998887" not in told


async def test_a_repeat_caller_is_known_without_his_number_being_read(board: Switchboard) -> None:
    for minute in range(3):
        taken = Taken(number="0811 1", rang_at=NOW + minute * MINUTE, answered_at=NOW + minute * MINUTE)
        await saved(board, await board.begin(taken, SITI, NOW), Said(kind="prank"), NOW + minute * MINUTE)
    again = await board.ring("x", "+62 811-1", NOW + 4 * MINUTE, TELEPHONE, NOW)
    line = (await board.waiting(again, SITI)).line
    past = await board.earlier(line, SITI, NOW + 4 * MINUTE)
    assert [call.kind for call in past] == ["prank"] * 3
    assert prank_score(past, NOW + 4 * MINUTE).score > 75


async def test_the_numbers_of_a_shift_add_up(board: Switchboard) -> None:
    for second, wait in ((0, 5), (10, 40)):
        key = await board.ring(f"c{second}", "", NOW + second * SECOND, TELEPHONE, NOW)
        await board.pick_up(key, SITI, NOW + (second + wait) * SECOND)
        await saved(board, key, Said(kind="emergency" if wait == 5 else "silent"))
    await board.ring("m", "", NOW + 30 * SECOND, TELEPHONE, NOW)
    await board.hung_up("m", NOW + 50 * SECOND, TELEPHONE)
    assert dict(await board.counts(NOW, 15 * SECOND, SITI)) == {
        "calls": 3,
        "answered": 2,
        "missed": 1,
        "in_time": 1,
        "idle": 1,
        "emergencies": 1,
    }


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0811-411-1112", "+628114111112"),
        ("+62 811 411 1112", "+628114111112"),
        ("62811 4111112", "+628114111112"),
        ("0062811 4111112", "+628114111112"),
        ("(0411) 112233", "+62411112233"),
        ("110", "110"),
        ("+81 3 1234 5678", "+81312345678"),
        ("", ""),
    ],
)
def test_a_number_is_the_same_however_it_is_written(typed: str, number: str) -> None:
    assert dialled(typed) == number


@pytest.mark.parametrize("typed", ["abc", "0811x", "+", "+1", "+1234567890123456", "٠٨١١"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(NotANumber):
        dialled(typed)


def test_withheld_numbers_are_not_taken_for_one_caller() -> None:
    assert line_of("", b"k", "1") != line_of("", b"k", "2")
    assert line_of("+62811", b"k", "1") == line_of("+62811", b"k", "2") != line_of("+62811", b"other", "1")


def test_a_stranger_is_as_likely_a_prank_as_any_caller_of_the_city_and_no_reason_is_made_up() -> None:
    assert (prank_score([], NOW).score, prank_score([], NOW).reasons) == (33, ())


def test_one_prank_does_not_damn_a_line_and_a_real_incident_in_hand_clears_it() -> None:
    once = [Past(NOW - 40 * 86_400 * SECOND, "prank")]
    assert prank_score(once, NOW).score < 50
    real = [Past(NOW - MINUTE, "emergency", "urn:i:1"), *([Past(NOW - 2 * 86_400 * SECOND, "prank")] * 4)]
    assert prank_score(real, NOW, open_incidents=frozenset({"urn:i:1"})).score < 25
    assert "masih ditangani" in prank_score(real, NOW, open_incidents=frozenset({"urn:i:1"})).reasons[0].id
