"""What a supervisor can order, what the site refuses and why, and what stands afterwards."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from rsmp_street import SITE, Pair, speaking, street

from pinisi.services.mobility.rsmp.events import Closed, Heard, NotUnderstood
from pinisi.services.mobility.rsmp.messages import (
    CommandRequest,
    Given,
    StatusName,
    StatusRequest,
    StatusUpdate,
    Wanted,
)
from pinisi.services.mobility.rsmp.site.faults import Faults
from pinisi.services.mobility.rsmp.supervisor import SiteRefused

MAIN = street().main
GREEN = "123456789"


def conversation(talk: Callable[[Pair], Awaitable[None]], faults: Faults | None = None) -> None:
    async def run() -> None:
        async with speaking(faults) as pair:
            await pair.opened()
            await talk(pair)

    asyncio.run(run())


async def order(pair: Pair, code: str, **arguments: str) -> None:
    given = arguments if "oldSecurityCode" in arguments else {"securityCode": "2222", **arguments}
    await pair.supervisor.command(SITE, MAIN, code, **given)


async def status(pair: Pair, code: str, name: str = "status") -> str:
    return (await pair.supervisor.status(SITE, MAIN, code))[name]


def test_each_order_is_answered_with_its_arguments_and_seen_in_the_status_that_belongs_to_it() -> None:
    async def talk(pair: Pair) -> None:
        await order(pair, "M0002", status="True", timeplan="5")
        assert await pair.supervisor.status(SITE, MAIN, "S0014") == {"status": "5", "source": "forced"}
        await order(pair, "M0002", status="False", timeplan="5")
        assert await status(pair, "S0014") == "1"
        await order(pair, "M0003", status="True", traficsituation="1")
        assert await status(pair, "S0015", "source") == "forced"
        await order(pair, "M0005", status="True", emergencyroute="1")
        assert await pair.supervisor.status(SITE, MAIN, "S0006") == {"status": "True", "emergencystage": "1"}
        assert await status(pair, "S0035", "emergencyroutes") == [{"id": "1"}]
        await order(pair, "M0006", status="True", input="3")
        await order(pair, "M0013", status="1,16,4")
        assert await status(pair, "S0003", "inputstatus") == "00001000"
        await order(pair, "M0019", status="True", input="8", inputValue="True")
        assert await status(pair, "S0029") == "00000001"
        await order(pair, "M0020", status="False", output="2", outputValue="True")
        assert (await status(pair, "S0004", "outputstatus"), await status(pair, "S0030")) == ("01", "01")
        await order(pair, "M0014", plan="1", status="1-5")
        assert await status(pair, "S0023") == "1-1-5"
        await order(pair, "M0015", plan="2", status="12")
        assert await status(pair, "S0024") == "1-0,2-12,5-0"
        await order(pair, "M0016", status="0-1,5-2")
        assert await status(pair, "S0026") == "0-1,5-2"
        await order(pair, "M0017", status="1-2-6-30,2-5-22-0")
        assert await status(pair, "S0027") == "1-2-6-30,2-5-22-0"
        await order(pair, "M0018", plan="1", status="90")
        assert await status(pair, "S0028") == "1-90,2-40,5-90"
        await order(pair, "M0023", status="15")
        assert await status(pair, "S0034") == "15"

    conversation(talk)


def test_yellow_flash_and_dark_are_seen_in_lamps_modes_and_aggregated_status_and_end_by_themselves() -> None:
    async def talk(pair: Pair) -> None:
        await order(pair, "M0001", status="YellowFlash", timeout="2", intersection="0")
        assert await status(pair, "S0001", "signalgroupstatus") == "cc"
        assert await status(pair, "S0020", "controlmode") == "standby"
        assert (await status(pair, "S0011"), await status(pair, "S0007")) == ("True", "True")
        await pair.settled()
        pair.clock.push(20)
        assert await status(pair, "S0011") == "True"
        for _ in range(5):
            await pair.settled()
            pair.clock.push(25)
            await status(pair, "S0014")
        assert await status(pair, "S0020", "controlmode") == "control"
        await order(pair, "M0001", status="Dark", timeout="0", intersection="0")
        assert (await status(pair, "S0001", "signalgroupstatus"), await status(pair, "S0007")) == ("bb", "False")
        assert (await pair.supervisor.aggregated(SITE, MAIN)).bits[5:7] == (False, True)

    conversation(talk)


def test_a_request_for_priority_is_seen_from_its_beginning_to_its_end_and_a_wrong_one_is_refused() -> None:
    async def talk(pair: Pair) -> None:
        asked = {"requestId": "a", "type": "new", "level": "14", "eta": "60"}
        with pytest.raises(SiteRefused, match="'SG9' is no signal group of this site"):
            await pair.supervisor.command(SITE, MAIN, "M0022", **asked, signalGroupId="SG9")
        await pair.supervisor.command(SITE, MAIN, "M0022", **asked, signalGroupId=street().group(2))
        assert [each["s"] for each in await status(pair, "S0033")] == ["received"]
        with pytest.raises(SiteRefused, match="'a' is there already"):
            await pair.supervisor.command(SITE, MAIN, "M0022", **asked, signalGroupId=street().group(2))
        await pair.supervisor.command(SITE, MAIN, "M0022", **asked | {"type": "update", "eta": "5"})
        assert [each["s"] for each in await status(pair, "S0033")] == ["activated"]
        await pair.supervisor.command(SITE, MAIN, "M0022", **asked | {"type": "cancel"})
        assert [each["s"] for each in await status(pair, "S0033")] == ["completed"]
        with pytest.raises(SiteRefused, match="'b' asks for nothing"):
            await pair.supervisor.command(SITE, MAIN, "M0022", **asked | {"type": "cancel", "requestId": "b"})

    conversation(talk)


def test_the_plan_follows_week_and_time_table_in_local_time() -> None:
    """It is Thursday 26 November 2026, 07:00 UTC: 15:00 in Makassar."""

    async def talk(pair: Pair) -> None:
        await order(pair, "M0016", status="3-4")
        await order(pair, "M0017", status="4-2-6-0,4-5-14-59,4-1-15-30")
        assert await pair.supervisor.status(SITE, MAIN, "S0014") == {"status": "5", "source": "calendar_clock"}

    conversation(talk)


def test_an_emergency_route_gets_green_by_way_of_the_safety_layer_never_against_a_green_that_conflicts() -> None:
    async def talk(pair: Pair) -> None:
        await order(pair, "M0005", status="True", emergencyroute="1")
        seen = []
        for _ in range(60):
            await pair.settled()
            pair.clock.push(1)
            seen.append(await status(pair, "S0001", "signalgroupstatus"))
        assert all(not (north in GREEN + "N0" and east in GREEN + "N0") for north, east in seen), seen
        assert seen[-1] == "B1"

    conversation(talk)


@pytest.mark.parametrize(
    ("code", "arguments", "reason"),
    [
        ("M0001", {"status": "Disco", "timeout": "0", "intersection": "0"}, "M0001 status: 'Disco' is not one of Norm"),
        ("M0001", {"status": "Dark", "timeout": "1441", "intersection": "0"}, "M0001 timeout: 1441 is not within 0 to"),
        ("M0001", {"status": "Dark", "timeout": "0", "intersection": "2"}, "M0001 intersection: 2 is not here"),
        ("M0001", {"status": "Dark", "timeout": "0"}, "arg: M0001 lacks intersection"),
        ("M0002", {"status": "yes", "timeplan": "1"}, "M0002 status: 'yes' is neither True nor False"),
        ("M0002", {"status": "True", "timeplan": "256"}, "M0002 timeplan: 256 is not within 1 to 255"),
        ("M0002", {"status": "True", "timeplan": "3"}, "M0002 timeplan: plan 3 is not stored, only 1, 2, 5"),
        ("M0003", {"status": "True", "traficsituation": "9"}, "M0003 traficsituation: 9 does not exist, the last is 1"),
        ("M0005", {"status": "True", "emergencyroute": "2"}, "M0005 emergencyroute: 2 is not configured"),
        ("M0006", {"status": "True", "input": "9"}, "M0006 input: 9 does not exist, the last is 8"),
        ("M0013", {"status": "8,2,0"}, "M0013 status: input 9 does not exist"),
        ("M0013", {"status": "1;2"}, "M0013 status: '1;2' is not of the form"),
        ("M0014", {"plan": "1", "status": "1-15"}, "M0014 status: not safe: plan.stages[1].green: 5 s is shorter than"),
        ("M0014", {"plan": "1", "status": "3-1"}, "M0014 status: not safe: band 3 is none of the 2 of plan 1"),
        ("M0014", {"plan": "1", "status": "11-1"}, "M0014 status: row 1: band: '11' is not a number from 1 to 10"),
        ("M0015", {"plan": "4", "status": "5"}, "M0015 plan: plan 4 is not stored"),
        ("M0016", {"status": "0-1,7-1"}, "M0016 status: row 2: day: '7' is not a number from 0 to 6"),
        ("M0017", {"status": "1-2-24-0"}, "M0017 status: row 1: hour: '24' is not a number from 0 to 23"),
        ("M0017", {"status": "1-3-6-0"}, "M0017 status: plan 3 is not stored"),
        ("M0018", {"plan": "1", "status": "20"}, "M0018 status: not safe: cycle of 20 s is shorter than minimum gree"),
        ("M0018", {"plan": "1", "status": "200"}, "M0018 status: not safe: plan.cycle: 200 s is longer than the maxim"),
        ("M0103", {"status": "Level2", "oldSecurityCode": "1", "newSecurityCode": "3"}, "Incorrect security code"),
        ("M0104", dict.fromkeys(("hour", "minute", "second"), "0") | {"year": "2026", "month": "2", "day": "30"}, ""),
    ],
)
def test_what_is_wrong_or_unsafe_is_refused_by_field_and_nothing_changes(
    code: str, arguments: dict[str, str], reason: str
) -> None:
    async def talk(pair: Pair) -> None:
        before = await status(pair, "S0097", "checksum")
        given = {"securityCode": "1111", **arguments} if code == "M0104" else arguments
        with pytest.raises(SiteRefused) as refused:
            await order(pair, code, **given)
        assert str(refused.value).startswith(reason or "M0104 no such date: day is out of range for month")
        assert await status(pair, "S0097", "checksum") == before
        assert pair.events(Closed) == []

    conversation(talk)


def test_an_unknown_code_or_name_is_an_error_an_unknown_component_and_what_is_not_there_are_answered() -> None:
    async def talk(pair: Pair) -> None:
        for message, reason in (
            (CommandRequest(component=MAIN, arguments=(given("M9999", "x", "y"),)), "cCI: 'M9999' is not in SXL 1.2.1"),
            (
                CommandRequest(component=MAIN, arguments=(given("M0008", "x", "y"),)),
                "cCI: 'M0008' is not in SXL 1.2.1 f",
            ),
            (CommandRequest(component=MAIN, arguments=(given("M0002", "x", "y"),)), "n: M0002 has no 'x'"),
            (
                CommandRequest(component=MAIN, arguments=(given("M0002", "status", "y"),)),
                "M0002 status: 'y' is neither",
            ),
            (CommandRequest(component=MAIN, arguments=()), "arg: no argument given"),
            (StatusRequest(component=MAIN, asked=(StatusName("S0018", "number"),)), "sCI: 'S0018' is not in SXL"),
            (StatusRequest(component=MAIN, asked=(StatusName("S0001", "hue"),)), "n: S0001 has no 'hue'"),
        ):
            pair.supervisor.send(SITE, message)
            await pair.until(lambda reason=reason: [e for e in pair.events(NotUnderstood) if reason in e.reason])
        assert await pair.supervisor.status(SITE, "nobody", "S0017") == {"number": None}
        assert set((await pair.supervisor.status(SITE, street().detector(1), "S0201")).values()) == {None}
        answer = await pair.supervisor.command(SITE, "nobody", "M0007", status="True", securityCode="2222")
        assert {(value.value, value.age) for value in answer.values} == {(None, "undefined")}
        answer = await pair.supervisor.command(SITE, MAIN, "M0021", status="1-2", securityCode="2222")
        assert {(value.value, value.age) for value in answer.values} == {(None, "unknown")}

    conversation(talk)


def given(code: str, name: str, value: str) -> Given:
    order = {"M0002": "setPlan"}.get(code, "setValue")
    return Given(code=code, name=name, order=order, value=value)


def test_a_changed_security_code_opens_and_the_old_one_no_more() -> None:
    async def talk(pair: Pair) -> None:
        await order(pair, "M0103", status="Level2", oldSecurityCode="2222", newSecurityCode="s3cret")
        with pytest.raises(SiteRefused, match="Incorrect security code"):
            await order(pair, "M0007", status="True")
        await pair.supervisor.command(SITE, MAIN, "M0007", status="False", securityCode="s3cret")
        assert await status(pair, "S0009") == "False"

    conversation(talk)


def test_the_clock_can_be_set() -> None:
    async def talk(pair: Pair) -> None:
        date = {"year": "2027", "month": "1", "day": "2", "hour": "3", "minute": "4", "second": "5"}
        await pair.supervisor.command(SITE, MAIN, "M0104", securityCode="1111", **date)
        shown = await pair.supervisor.status(SITE, MAIN, "S0096")
        assert (shown["year"], shown["month"], shown["day"], shown["hour"]) == ("2027", "1", "2", "3")

    conversation(talk)


def test_subscriptions_send_at_once_on_change_and_by_interval_and_end() -> None:
    async def talk(pair: Pair) -> None:
        def updates(name: str) -> list[str]:
            heard = [event.message for event in pair.events(Heard)]
            values = [value for message in heard if isinstance(message, StatusUpdate) for value in message.values]
            return [value.value for value in values if value.code == name]

        pair.supervisor.subscribe(SITE, MAIN, [Wanted(code="S0014", name="status", every="0", on_change=True)])
        pair.supervisor.subscribe(SITE, MAIN, [Wanted(code="S0017", name="number", every="0.2", on_change=False)])
        await pair.until(lambda: updates("S0014") == ["1"] and len(updates("S0017")) >= 3)
        await order(pair, "M0002", status="True", timeplan="2")
        await pair.until(lambda: updates("S0014") == ["1", "2"])
        pair.supervisor.unsubscribe(SITE, MAIN, [StatusName("S0017", "number")])
        await pair.settled()
        count = len(updates("S0017"))
        pair.clock.push(10)
        await order(pair, "M0002", status="True", timeplan="5")
        await pair.until(lambda: updates("S0014") == ["1", "2", "5"])
        assert len(updates("S0017")) == count
        pair.supervisor.subscribe(SITE, MAIN, [Wanted(code="S0014", name="source", every="0", on_change=False)])
        await pair.until(lambda: pair.events(NotUnderstood))
        assert pair.events(NotUnderstood)[0].reason == "uRt: 0 without sOc would never send anything"

    conversation(talk)


def test_a_restart_forgets_orders_and_subscriptions_and_begins_dark() -> None:
    async def talk(pair: Pair) -> None:
        await order(pair, "M0002", status="True", timeplan="5")
        pair.supervisor.subscribe(SITE, MAIN, [Wanted(code="S0014", name="status", every="0", on_change=True)])
        await order(pair, "M0004", status="True")
        await pair.opened(2)
        assert await status(pair, "S0001", "signalgroupstatus") in ("ee", "ff", "gg")
        assert await status(pair, "S0020", "controlmode") == "startup"
        assert await status(pair, "S0014") == "1"
        assert len(pair.site.desk.subscriptions) == 0

    conversation(talk)


def test_a_controller_that_confirms_and_does_nothing_shows_it_in_its_status() -> None:
    async def talk(pair: Pair) -> None:
        await order(pair, "M0002", status="True", timeplan="5")
        assert await status(pair, "S0014") == "1"

    conversation(talk, Faults(deaf=True))
