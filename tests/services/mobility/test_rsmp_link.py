"""A link between a supervisor and a site over real sockets: how it opens, how it ends, how it comes back."""

import asyncio

import pytest
from rsmp_street import SITE, Pair, speaking, street

from patience import PATIENCE
from pinisi.services.mobility.rsmp.events import (
    Closed,
    Confirmed,
    Heard,
    NotUnderstood,
    Opened,
    TurnedDown,
    WatchdogHeard,
)
from pinisi.services.mobility.rsmp.messages import AggregatedStatus, Alarm, StatusUpdate, Wanted
from pinisi.services.mobility.rsmp.session import Times
from pinisi.services.mobility.rsmp.site.faults import Faults, Malformed
from pinisi.services.mobility.rsmp.supervisor import LinkLost, SiteRefused
from pinisi.services.mobility.rsmp.versions import Introduced
from pinisi.vocabulary.instant import SECOND

MAIN = street().main
EVERY_CHANGE = Wanted(code="S0014", name="status", every="0", on_change=True)


def messages(pair: Pair, kind: type) -> list:
    return [event.message for event in pair.events(Heard) if isinstance(event.message, kind)]


def test_a_link_opens_with_the_latest_version_that_both_speak_then_aggregated_status_then_every_alarm() -> None:
    async def run() -> None:
        async with speaking() as pair:
            await pair.opened()
            await pair.until(lambda: len(messages(pair, Alarm)) >= 29)
            opened = pair.events(Opened)[0]
            assert isinstance(opened, Opened)
            assert (opened.version, opened.sites) == ("3.2.2", (SITE,))
            first = [type(message) for message in messages(pair, object)]
            assert first[:2] == [AggregatedStatus, Alarm]
            assert messages(pair, AggregatedStatus)[0].bits == (False,) * 5 + (True, False, False)
            assert {alarm.active for alarm in messages(pair, Alarm)} == {"inActive"}
            assert pair.supervisor.connected() == [SITE]

    asyncio.run(run())


@pytest.mark.parametrize("version", ["3.1.2", "3.1.3", "3.1.4", "3.1.5", "3.2.0", "3.2.1", "3.2.2"])
def test_each_version_of_the_core_can_be_agreed_on_and_used(version: str) -> None:
    async def run() -> None:
        async with speaking(Faults(core=("3.1.1", version))) as pair:
            await pair.opened()
            pair.supervisor.subscribe(SITE, MAIN, [EVERY_CHANGE])
            await pair.until(lambda: messages(pair, StatusUpdate))
            await pair.supervisor.command(SITE, MAIN, "M0002", status="True", securityCode="2222", timeplan="2")
            await pair.until(lambda: messages(pair, StatusUpdate)[-1].values[0].value == "2")
            assert pair.events(Opened)[0].version == version
            assert pair.events(TurnedDown) == pair.events(NotUnderstood) == []

    asyncio.run(run())


@pytest.mark.parametrize(
    ("faults", "own", "reason"),
    [
        (Faults(core=("2.0.0", "4.0.0")), Introduced(sxl="1.2.1"), "RSMP versions [2.0.0,4.0.0] requested, but only"),
        (Faults(sxl="1.0.7"), Introduced(sxl="1.2.1"), "SXL version 1.0.7 requested, but only 1.2.1 supported"),
        (Faults(), Introduced(sxl="1.2.1", sites=("other",)), f"Site id {SITE} is not known here"),
    ],
)
def test_a_side_that_does_not_fit_is_told_why_and_the_link_is_closed(
    faults: Faults, own: Introduced, reason: str
) -> None:
    async def run() -> None:
        async with speaking(faults, own) as pair:
            await pair.until(lambda: pair.events(Closed) and [e for e in pair.site.events if isinstance(e, Closed)])
            here = pair.events(Closed)[0]
            there = next(event for event in pair.site.events if isinstance(event, Closed))
            for closed in (here, there):
                assert (closed.cause, closed.reason[: len(reason)]) == ("rejected", reason)
            assert pair.events(Opened) == []
            with pytest.raises(LinkLost, match="is not connected"):
                await pair.supervisor.status(SITE, MAIN, "S0014")

    asyncio.run(run())


def test_both_sides_send_watchdogs_and_each_is_acknowledged() -> None:
    async def run() -> None:
        async with speaking() as pair:
            await pair.opened()
            for number in range(2, 4):
                await pair.settled()
                pair.clock.push(61)
                await pair.until(lambda number=number: len(pair.events(WatchdogHeard)) >= number)
            watched = [e for e in pair.events(Confirmed) if type(e.message).__name__ == "Watchdog"]
            assert len(watched) >= 2
            assert all(abs(event.ahead) < SECOND for event in pair.events(WatchdogHeard))

    asyncio.run(run())


def test_what_happens_while_the_line_is_cut_is_told_when_it_is_back_with_old_values_and_new_ids() -> None:
    async def run() -> None:
        async with speaking() as pair:
            await pair.opened()
            pair.supervisor.subscribe(SITE, MAIN, [EVERY_CHANGE])
            await pair.until(lambda: messages(pair, StatusUpdate))
            pair.site.cut()
            pair.cabinet.state.plan = 5
            alarm = pair.cabinet.book.set(street().group(1), "A0202", True, pair.clock(), color="red")
            assert alarm is not None
            pair.site.tell(alarm)
            await pair.opened(2)
            await pair.until(lambda: len(messages(pair, StatusUpdate)) >= 2)
            update = messages(pair, StatusUpdate)[-1]
            assert (update.values[0].value, update.values[0].quality) == ("5", "old")
            active = [each for each in messages(pair, Alarm) if each.active == "Active"]
            assert [(each.code, each.at) for each in active] == [("A0202", alarm.at)], "and not told twice"
            assert pair.events(Closed)[0].cause == "cut"

    asyncio.run(run())


def test_late_acknowledgements_within_the_time_are_measured() -> None:
    async def run() -> None:
        async with speaking(Faults(acknowledge_after=0.3)) as pair:
            await pair.opened()
            await pair.supervisor.status(SITE, MAIN, "S0014")
            await pair.until(lambda: len(pair.events(Confirmed)) >= 3)
            assert max(event.after for event in pair.events(Confirmed)) >= 0.3 * SECOND
            assert pair.events(Closed) == []

    asyncio.run(run())


def test_a_site_that_acknowledges_too_late_loses_its_link_and_the_question_fails() -> None:
    async def run() -> None:
        patient = Times(acknowledgement=3600 * SECOND)
        async with speaking(reconnect=PATIENCE, site_times=patient) as pair:
            await pair.opened()
            await pair.settled()
            pair.site.faults.mute = True
            asking = asyncio.create_task(pair.supervisor.status(SITE, MAIN, "S0014"))
            await pair.until(lambda: pair.supervisor.unacknowledged(SITE))
            pair.clock.push(31)
            with pytest.raises(LinkLost, match="was not acknowledged in time"):
                await asking
            assert pair.events(Closed)[0].cause == "no acknowledgement"

    asyncio.run(run())


MALFORMED: list[tuple[Malformed, str]] = [
    ("cut short", "broken stream"),
    ("no json", "broken stream"),
    ("no id", "broken stream"),
    ("endless", "broken stream"),
]


@pytest.mark.parametrize(("malformed", "cause"), MALFORMED)
def test_a_stream_that_cannot_be_answered_is_closed_and_says_why(malformed: Malformed, cause: str) -> None:
    async def run() -> None:
        async with speaking(Faults(malformed=malformed), reconnect=PATIENCE) as pair:
            await pair.until(lambda: pair.events(Closed))
            closed = pair.events(Closed)[0]
            assert closed.cause == cause
            assert closed.reason

    asyncio.run(run())


@pytest.mark.parametrize(
    ("malformed", "reason"),
    [("wrong type", "Expected 'str', got 'int' - at '$.cId'"), ("unknown type", "Invalid value 'Watchdddog'")],
)
def test_a_message_with_a_fault_is_turned_down_by_its_field_and_the_link_goes_on(
    malformed: Malformed, reason: str
) -> None:
    async def run() -> None:
        async with speaking(Faults(malformed=malformed)) as pair:
            await pair.opened()
            await pair.until(lambda: [e for e in pair.site.events if isinstance(e, NotUnderstood)])
            assert reason in pair.events(TurnedDown)[0].reason
            assert pair.events(Closed) == []
            pair.site.faults.malformed = ""
            assert (await pair.supervisor.status(SITE, MAIN, "S0014"))["status"] == "1"

    asyncio.run(run())


def test_empty_frames_are_passed_over() -> None:
    async def run() -> None:
        async with speaking(Faults(malformed="empty frames")) as pair:
            await pair.opened()
            assert (await pair.supervisor.status(SITE, MAIN, "S0017"))["number"] == "2"

    asyncio.run(run())


def test_a_clock_that_is_off_is_measured_by_its_watchdogs() -> None:
    async def run() -> None:
        async with speaking(Faults(clock_off=-90 * SECOND)) as pair:
            await pair.until(lambda: pair.events(WatchdogHeard))
            assert pair.events(WatchdogHeard)[0].ahead == pytest.approx(-90 * SECOND, abs=SECOND)

    asyncio.run(run())


def test_a_site_that_connects_anew_takes_the_place_of_its_old_link() -> None:
    async def run() -> None:
        async with speaking() as pair:
            await pair.opened()
            second = asyncio.create_task(pair.site.connect("127.0.0.1", pair.supervisor.port))
            await pair.opened(2)
            await pair.until(lambda: pair.events(Closed))
            assert pair.events(Closed)[0].reason == "the site connected anew"
            assert pair.supervisor.connected() == [SITE]
            second.cancel()
            await asyncio.gather(second, return_exceptions=True)

    asyncio.run(run())


def test_a_wrong_security_code_is_refused_in_the_words_of_the_list() -> None:
    async def run() -> None:
        async with speaking() as pair:
            await pair.opened()
            with pytest.raises(SiteRefused, match=r"^Incorrect security code$"):
                await pair.supervisor.command(SITE, MAIN, "M0002", status="True", securityCode="0000", timeplan="2")
            assert (await pair.supervisor.status(SITE, MAIN, "S0014"))["status"] == "1"

    asyncio.run(run())
