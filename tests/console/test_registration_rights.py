"""What a partner city may see of registrations, and what he may not do (docs/how-to/join-cities.md)."""

from typing import Any

import pytest
from house_at_hand import Opened

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio

ALL = "/ngsi-ld/v1/csourceRegistrations"
AIR, WASTE = "https://smart.example/AirQualityObserved", "https://smart.example/WasteContainer"
FILL = "https://smart.example/fillingLevel"


def registration(id: str, type: str, **members: Any) -> dict[str, Any]:
    return {
        "id": id,
        "type": "ContextSourceRegistration",
        "endpoint": "http://partner.example",
        "information": [{"entities": [{"type": type}]}],
        **members,
    }


async def test_a_partner_sees_the_registrations_of_his_types_without_their_credentials(fresh: Opened) -> None:
    chief = await fresh.account("ani", Assignment(role="administrator"))
    technician = await fresh.account("tek", Assignment(role="technician"))
    partner = await fresh.account("gowa", Assignment(role="partner", types=frozenset({AIR})))
    viewer = await fresh.account("mata", Assignment(role="viewer"))
    secret = [{"key": "Authorization", "value": "Bearer secret"}]
    both = registration("urn:r:air", AIR, contextSourceInfo=secret)
    both["information"].append({"entities": [{"type": WASTE}]})
    async with fresh.client(cookie=technician) as tek:
        assert (await tek.post(ALL, json=both)).status_code == 201
        assert (await tek.post(ALL, json=registration("urn:r:waste", WASTE))).status_code == 201
        mine = (await tek.get(f"{ALL}/urn:r:air")).json()
        assert mine["contextSourceInfo"] == secret
    async with fresh.client(cookie=partner) as gowa:
        shown = (await gowa.get(f"{ALL}/urn:r:air")).json()
        assert shown["information"] == [{"entities": [{"type": AIR}]}]
        assert "contextSourceInfo" not in shown
        assert (await gowa.get(f"{ALL}/urn:r:waste")).status_code == 404
        found = await gowa.get(ALL, params={"type": f"{AIR},{WASTE}", "count": "true"})
        assert ([one["id"] for one in found.json()], found.headers["ngsild-results-count"]) == (["urn:r:air"], "1")
        assert (await gowa.post(ALL, json=registration("urn:r:mine", AIR))).status_code == 403
        assert (await gowa.delete(f"{ALL}/urn:r:air")).status_code == 403
    async with fresh.client(cookie=viewer) as mata:
        assert (await mata.get(ALL, params={"type": AIR})).status_code == 403
    async with fresh.client(cookie=chief) as ani:
        assert (await ani.get(f"{ALL}/urn:r:air")).json()["contextSourceInfo"] == secret
        assert (await ani.delete(f"{ALL}/urn:r:air")).status_code == 204


async def test_a_partners_token_reads_what_his_account_may(fresh: Opened) -> None:
    await fresh.account("ani", Assignment(role="administrator"))
    partner = await fresh.account("gowa", Assignment(role="partner", types=frozenset({AIR})))
    async with fresh.client(cookie=partner) as gowa:
        wish = {"label": "broker of Gowa", "permissions": ["context.read", "registrations.read"]}
        made = await gowa.post("/pinisi/v1/tokens", json=wish)
        assert made.status_code == 201, made.text
        headers = {"Authorization": f"Bearer {made.json()['token']}"}
    async with fresh.client() as broker:
        answer = await broker.get("/ngsi-ld/v1/entities", params={"type": AIR}, headers=headers)
        assert (answer.status_code, answer.json()) == (200, [])
        assert (await broker.get("/ngsi-ld/v1/types", headers=headers)).json()["typeList"] == []
        write = await broker.post("/ngsi-ld/v1/entities", json={"id": "urn:a:1", "type": AIR}, headers=headers)
        assert write.status_code == 403


async def test_who_may_change_a_part_registers_sources_of_that_part_alone(fresh: Opened) -> None:
    """A source is asked by everybody, and gets what everybody writes: rights over waste must not lead air away."""
    await fresh.account("ani", Assignment(role="administrator"))
    limits: dict[str, Assignment] = {
        "waste": Assignment(role="technician", types=frozenset({WASTE})),
        "fill": Assignment(role="technician", attributes=frozenset({FILL})),
        "west": Assignment(role="technician", areas=frozenset({"73.71.09"})),
        "reads": Assignment(role="technician", types=frozenset({WASTE}), write=False),
    }
    tried: dict[str, list[dict[str, Any]]] = {
        "waste": [{"entities": [{"type": WASTE}]}],
        "air": [{"entities": [{"type": AIR}]}],
        "both": [{"entities": [{"type": WASTE}, {"type": AIR}]}],
        "one each": [{"entities": [{"type": WASTE}]}, {"entities": [{"type": AIR}]}],
        "fill": [{"propertyNames": [FILL]}],
        "fill of waste": [{"entities": [{"type": WASTE}], "propertyNames": [FILL]}],
        "fill and more": [{"propertyNames": [FILL, FILL + "ed"]}],
    }
    allowed = {"waste": {"waste", "fill of waste"}, "fill": {"fill", "fill of waste"}}
    for name, assignment in limits.items():
        cookie = await fresh.account(name, assignment)
        async with fresh.client(cookie=cookie) as client:
            taken: set[str] = set()
            for what, information in tried.items():
                body = registration("urn:r:tried", WASTE, information=information)
                made = await client.post(ALL, json=body)
                assert made.status_code in (201, 403), made.text
                if made.status_code == 201:
                    taken.add(what)
                    widened = await client.patch(f"{ALL}/urn:r:tried", json={"information": tried["air"]})
                    assert widened.status_code == 403, widened.text
                    assert (await client.delete(f"{ALL}/urn:r:tried")).status_code == 204
            assert taken == allowed.get(name, set()), name
    async with fresh.client(cookie=await fresh.cookie("waste")) as client:
        provider = {
            "dataProvided": {"entities": [{"id": "A1", "type": AIR}]},
            "provider": {"http": {"url": "http://partner.example"}},
        }
        assert (await client.post("/v2/registrations", json=provider)).status_code == 403
