"""Field phones over HTTP: which uid tells of which unit, what was heard of each, how the link stands."""

from typing import Any

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.context.problems import ResourceNotFound
from pinisi.incidents.cot.phones import Heard, Phone
from pinisi.vocabulary.instant import format_instant


class PhoneRule(msgspec.Struct, forbid_unknown_fields=True):
    """The unit whose positions a phone tells."""

    unit: str


async def list_phones(house: House, call: Call) -> Reply:
    """Rules, and what was heard since the start, also of uids without a rule; neither callsigns nor addresses."""
    phones, settings = house.phones, house.settings
    _here(house, call)
    rules = await phones.rules()
    heard = {each.uid: each for each in phones.heard()}
    standing = house.station.standing if house.station is not None else None
    return json_reply(
        {
            "phones": [_phone_json(uid, rules.get(uid), heard.get(uid)) for uid in sorted({*rules, *heard})],
            "link": {
                "host": settings.cot_host,
                "port": settings.cot_port or None,
                "udpPort": settings.cot_udp_port or None,
                "tls": settings.cot_certificate is not None,
                "open": standing is not None,
                "lines": standing.links if standing else 0,
                "refused": standing.refused if standing else 0,
                "unreadable": standing.unreadable if standing else 0,
                "reason": standing.reason or None if standing else None,
            },
        }
    )


async def bind_phone(house: House, call: Call) -> Reply:
    _here(house, call)
    phone = Phone(call.params["uid"], call.decode(PhoneRule).unit)
    await house.phones.bind(phone, call.principal)
    return json_reply(phone)


async def unbind_phone(house: House, call: Call) -> Reply:
    _here(house, call)
    if not await house.phones.unbind(call.params["uid"], call.principal):
        raise ResourceNotFound("there is no such phone")
    return Reply(204)


def _here(house: House, call: Call) -> None:
    if call.tenant != house.phones.tenant:
        raise ResourceNotFound("field phones speak to the city of this house only")


def _phone_json(uid: str, unit: str | None, heard: Heard | None) -> dict[str, Any]:
    return {
        "uid": uid,
        "unit": unit,
        "verdict": heard.verdict if heard else None,
        "heardAt": format_instant(heard.at) if heard else None,
        "heard": heard.count if heard else 0,
        "taken": heard.taken if heard else 0,
    }


_PATH = "/pinisi/v1/field-phones"

FIELD_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=_PATH,
        permission="house.manage",
        endpoint=list_phones,
        summary="Field phones (Cursor-on-Target): which tells of which unit, and what was heard of each",
        answers=(200, 404),
    ),
    Route(
        method="PUT",
        path=_PATH + "/{uid}",
        permission="house.manage",
        endpoint=bind_phone,
        summary="Let a field phone tell where a unit is",
        body="PhoneRule",
        answers=(200, 400, 404),
    ),
    Route(
        method="DELETE",
        path=_PATH + "/{uid}",
        permission="house.manage",
        endpoint=unbind_phone,
        summary="A field phone tells of no unit any more",
        answers=(204, 404),
    ),
)
