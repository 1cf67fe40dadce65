"""From what happens on a link to what the city knows of the controller."""

import asyncio

import pytest
from rsmp_street import SITE, speaking, street

from pinisi.services.mobility.rsmp.events import Closed, Event, Heard, Opened, WatchdogHeard
from pinisi.services.mobility.rsmp.health import SiteHealth, after, contradicts
from pinisi.services.mobility.rsmp.listening import WANTED
from pinisi.services.mobility.rsmp.messages import Alarm, StatusUpdate, StatusValue
from pinisi.services.mobility.rsmp.moments import stamp
from pinisi.services.mobility.rsmp.plausible import contradictions
from pinisi.services.mobility.rsmp.site.faults import Faults
from pinisi.vocabulary.instant import HOUR, SECOND, parse_instant

NOW = parse_instant("2026-11-26T07:00:00Z")


def health_after(*events: Event, **known: object) -> SiteHealth:
    health = SiteHealth(site=SITE, **known)  # pyright: ignore[reportArgumentType]
    for event in events:
        health = after(health, event)
    return health


def said(at: int, quality: str = "recent", **values: str) -> Heard:
    told = [
        StatusValue(code=name[:5], name=name[6:], value=value, quality=quality)  # pyright: ignore[reportArgumentType]
        for name, value in values.items()
    ]
    return Heard(at, StatusUpdate(component="TC", at=stamp(at), values=tuple(told)))


def alarm(at: int, active: str, purpose: str = "Issue", acknowledged: str = "notAcknowledged") -> Heard:
    return Heard(
        at,
        Alarm(
            component="SG001", code="A0202", purpose=purpose, acknowledged=acknowledged, active=active,
            suspended="notSuspended", at=stamp(at), category="D", priority="3", values=(),
        ),
    )  # fmt: skip


def test_the_time_between_failures_counts_only_links_that_stood_and_failures_of_the_device() -> None:
    health = health_after(
        Closed(NOW, "rejected", "SXL"),
        Opened(NOW, "3.2.2", (SITE,)),
        Closed(NOW + 2 * HOUR, "silent", "nothing heard"),
        Opened(NOW + 5 * HOUR, "3.2.2", (SITE,)),
        Closed(NOW + 6 * HOUR, "closed", "the supervisor stops"),
        Opened(NOW + 7 * HOUR, "3.2.2", (SITE,)),
        Closed(NOW + 10 * HOUR, "cut", "hung up"),
        Opened(NOW + 11 * HOUR, "3.2.2", (SITE,)),
    )
    assert health.failures == 2
    assert health.mean_time_between_failures(NOW + 13 * HOUR) == pytest.approx((2 + 1 + 3 + 2) / 2)
    assert health_after().mean_time_between_failures(NOW) is None


def test_it_is_alive_while_its_link_stands_and_says_why_not_afterwards() -> None:
    opened = Opened(NOW, "3.1.5", (SITE,))
    assert (health_after(opened).alive, health_after(opened).version) == (True, "3.1.5")
    over = health_after(opened, Closed(NOW + SECOND, "silent", "nothing heard for 130 s"))
    assert (over.alive, over.fault, over.heard) == (False, "silent: nothing heard for 130 s", NOW)


def test_what_comes_late_from_the_buffer_replaces_nothing_that_is_newer() -> None:
    health = health_after(
        said(NOW, S0014_status="2"),
        said(NOW - HOUR, S0014_status="1"),
        said(NOW + HOUR, "old", S0014_status="5"),
        alarm(NOW, "Active"),
        alarm(NOW - HOUR, "inActive"),
    )
    assert health.status == {"S0014 status": "2"}
    assert [each.code for each in health.alarms] == ["A0202"]


def test_an_alarm_keeps_its_beginning_when_it_is_acknowledged_and_goes_when_it_ends() -> None:
    raised = health_after(alarm(NOW, "Active"), alarm(NOW + HOUR, "Active", "Acknowledge", "Acknowledged"))
    assert (raised.alarms[0].since, raised.alarms[0].acknowledged) == (stamp(NOW), True)
    assert health_after(alarm(NOW, "Active"), alarm(NOW + HOUR, "inActive")).alarms == ()


def test_a_watchdog_tells_how_far_its_clock_is_ahead() -> None:
    assert health_after(WatchdogHeard(NOW, -90 * SECOND)).ahead == -90 * SECOND


SOUND = {
    "S0001 signalgroupstatus": "1B",
    "S0001 cyclecounter": "59",
    "S0007 status": "True",
    "S0011 status": "False",
    "S0014 status": "1",
    "S0017 number": "2",
    "S0020 controlmode": "control",
    "S0022 status": "1,2,5",
    "S0028 status": "1-60,2-40,5-90",
}


@pytest.mark.parametrize(
    ("lies", "found"),
    [
        ({}, ()),
        ({"S0014 status": "3"}, ("planNotStored",)),
        ({"S0001 cyclecounter": "60"}, ("counterBeyondCycle",)),
        ({"S0011 status": "True", "S0020 controlmode": "standby"}, ("greenWhileOff",)),
        ({"S0007 status": "False", "S0001 signalgroupstatus": "bb"}, ("modeAgainstPosition",)),
        ({"S0001 signalgroupstatus": "1"}, ("groupsMissing",)),
        ({"S0001 signalgroupstatus": "14"}, ("conflictingGreen",)),
        ({"S0028 status": "nonsense", "S0017 number": "many", "S0022 status": ""}, ("planNotStored",)),
    ],
)
def test_a_controller_that_lies_contradicts_itself(lies: dict[str, str], found: tuple[str, ...]) -> None:
    assert contradictions(SOUND | lies, [(1, 2)]) == found
    assert contradictions({}, [(1, 2)]) == ()


def test_a_contradiction_counts_once_it_lasts_two_greens_at_once() -> None:
    lying = said(NOW, S0014_status="3", S0022_status="1,2", S0001_signalgroupstatus="11")
    health = health_after(lying, conflicting=((1, 2),))
    assert contradicts(health, NOW) == ("conflictingGreen",)
    assert contradicts(health, NOW + 5 * SECOND) == ("planNotStored", "conflictingGreen")
    assert (
        contradicts(after(health, said(NOW + SECOND, S0014_status="1", S0001_signalgroupstatus="1B")), NOW + HOUR) == ()
    )


def test_a_site_that_lies_about_its_plan_and_its_lamps_is_found_out_over_the_wire() -> None:
    async def run() -> None:
        lies = Faults(lies={("S0014", "status"): "4", ("S0001", "signalgroupstatus"): "11"})
        async with speaking(lies) as pair:
            await pair.opened()
            pair.supervisor.subscribe(SITE, street().main, WANTED)
            health = SiteHealth(site=SITE, conflicting=((1, 2),))
            await pair.until(lambda: [e for e in pair.events(Heard) if isinstance(e.message, StatusUpdate)])
            for _, event in pair.heard:
                health = after(health, event)
            assert contradicts(health, pair.clock() + 10 * SECOND) == ("planNotStored", "conflictingGreen")

    asyncio.run(run())
