"""Every message that either side sends, against the public JSON schemas of RSMP Nordic (`rsmp_schemas.json`)."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from rsmp_street import SITE, Pair, speaking, street

from pinisi.services.mobility.rsmp.catalogue import Argument, catalogue
from pinisi.services.mobility.rsmp.events import Confirmed, NotUnderstood, TurnedDown
from pinisi.services.mobility.rsmp.messages import StatusName, StatusSubscribe, Wanted
from pinisi.services.mobility.rsmp.site.faults import Faults
from pinisi.services.mobility.rsmp.supervisor import SiteRefused

SCHEMAS: Mapping[str, Any] = json.loads(Path(__file__).with_name("rsmp_schemas.json").read_text("utf-8"))["schemas"]
BASE = "https://schemas.test/"
COMPONENTS = {"controller": street().main, "signal group": street().group(2), "detector logic": street().detector(3)}
SOUND = {
    "securityCode": "2222",
    "timeplan": "2",
    "plan": "2",
    "emergencyroute": "1",
    "intersection": "0",
    "traficsituation": "1",
    "timeout": "0",
    "oldSecurityCode": "2222",
    "newSecurityCode": "2222",
    "day": "28",
    "signalGroupId": street().group(1),
}
NEEDED_HERE = ("signalGroupId",)
"""The list has it as one of several ways to say who passes; the simulated site knows only this one."""
STATUS = {
    "M0012": "1,1,2",
    "M0013": "1,3,4",
    "M0014": "1-2",
    "M0015": "7",
    "M0016": "0-1,6-2",
    "M0017": "1-2-6-30,2-5-22-0",
    "M0018": "60",
    "M0021": "1-10",
    "M0103": "Level2",
    "M0004": "False",
}


def validator(*paths: str) -> jsonschema_rs.Draft7Validator:
    resources = [(BASE + path, {"$id": BASE + path, **schema}) for path, schema in SCHEMAS.items()]
    registry = jsonschema_rs.Registry(resources, draft=jsonschema_rs.Draft7)
    return jsonschema_rs.Draft7Validator({"allOf": [{"$ref": BASE + path} for path in paths]}, registry=registry)


def faults_of(messages: list[dict[str, Any]], version: str) -> list[str]:
    core = validator(f"core/{version}/rsmp.json")
    both = validator(f"core/{version}/rsmp.json", "tlc/1.2.1/rsmp.json")
    return [
        f"{message['type']}: {error.message[:200]} at {error.instance_path} in {message}"
        for message in messages
        for error in (core if says_unknown(message) else both).iter_errors(message)
    ]


def says_unknown(message: dict[str, Any]) -> bool:
    """The schemas of the list look for "q" where a command's answer has "age": its null, which the core demands of a
    command that is not there, would not pass.
    """
    return any(value.get("age") in ("unknown", "undefined") for value in message.get("rvs", []))


def sound_value(code: str, argument: Argument) -> str:
    """A value that the crossing can carry out."""
    if argument.name == "status" and code in STATUS:
        return STATUS[code]
    if argument.name == "securityCode" and catalogue().command[code].security == 1:
        return "1111"
    if argument.name in SOUND:
        return SOUND[argument.name]
    if argument.words:
        return argument.words[0]
    return {"boolean": "True", "integer": str(argument.low or 1), "string": "x"}[argument.kind]


async def everything(pair: Pair, version: str) -> None:
    """A supervisor that asks for all there is, orders all there is, and handles an alarm."""
    await pair.opened()
    for code, status in catalogue().status.items():
        await pair.supervisor.status(SITE, COMPONENTS[status.object], code)
        wanted = [Wanted(code=code, name=a.name, every="1", on_change=False) for a in status.arguments]
        pair.supervisor.subscribe(SITE, COMPONENTS[status.object], wanted)
    for code, command in catalogue().command.items():
        given = {a.name: sound_value(code, a) for a in command.arguments if not a.optional or a.name in NEEDED_HERE}
        await pair.supervisor.command(SITE, COMPONENTS[command.object], code, **given)
    await alarms(pair, version)
    pair.supervisor.unsubscribe(SITE, street().main, [StatusName("S0014", "status")])
    if version != "3.1.2":
        await pair.supervisor.status(SITE, "nobody", "S0014")
    await pair.settled()


async def alarms(pair: Pair, version: str) -> None:
    group = COMPONENTS["signal group"]
    pair.site.tell(pair.cabinet.book.set(group, "A0201", True, pair.clock(), color="red"))
    asked = [("Acknowledge", group), ("Suspend", group), ("Resume", group)]
    recent = version >= "3.1.5"
    for purpose, component in [*asked, *([("Request", group)] if recent else [])]:
        await pair.supervisor.alarm(SITE, component, "A0201", purpose)
    if recent:
        await pair.supervisor.aggregated(SITE, street().main)
    with pytest.raises(SiteRefused, match="Incorrect security code"):
        await pair.supervisor.command(SITE, street().main, "M0007", status="True", securityCode="")


@pytest.mark.parametrize("version", ["3.1.2", "3.1.3", "3.1.4", "3.1.5", "3.2.0", "3.2.1", "3.2.2"])
def test_whatever_either_side_sends_is_as_the_public_schemas_want_it(version: str) -> None:
    async def run() -> None:
        async with speaking(Faults(core=(version,)), tap_line=True) as pair:
            await everything(pair, version)
            site, supervisor = pair.tap.said("site"), pair.tap.said("supervisor")
            assert faults_of(site, version) == []
            assert faults_of(supervisor, version) == []
            kinds = {message["type"] for message in site + supervisor}
            assert len(kinds) == (14 if version >= "3.1.5" else 13), kinds
            turned_down = pair.events(TurnedDown)
            assert turned_down == [], "nothing of what the site said was turned down"
            refused = [type(event.message).__name__ for event in pair.events(NotUnderstood)]
            assert refused == ["CommandRequest"], "the wrong security code alone"
            subscribed = [event for event in pair.events(Confirmed) if isinstance(event.message, StatusSubscribe)]
            assert len(subscribed) == len(catalogue().status)

    asyncio.run(run())


def test_the_schemas_do_turn_down_what_is_wrong() -> None:
    message = {"mType": "rSMsg", "type": "Watchdog", "mId": "1", "wTs": "yesterday"}
    assert len(faults_of([message], "3.2.2")) == 2


def test_the_catalogue_has_the_codes_of_the_public_schemas() -> None:
    everything = (
        (catalogue().status, "sS", "sCI"),
        (catalogue().command, "arg", "cCI"),
        (catalogue().alarm, "", "aCId"),
    )
    for ours, array, field in everything:
        assert set(ours) == set(codes_of(array, field))


def codes_of(array: str, field: str) -> list[str]:
    """What the schemas of the list allow as a code."""
    files = {"sCI": "statuses/statuses", "cCI": "commands/commands", "aCId": "alarms/alarms"}
    schema = SCHEMAS[f"tlc/1.2.1/{files[field]}.json"]
    if field == "sCI":
        schema = schema["properties"][array]
    found = json.dumps(schema)
    position = found.index(f'"{field}": {{"enum": ') + len(f'"{field}": {{"enum": ')
    return json.JSONDecoder().raw_decode(found[position:])[0]
