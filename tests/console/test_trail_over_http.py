"""The audit trail over HTTP: signed on demand, exported whole by those without limits, a new key."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import apsw
import httpx
import pytest
from house_at_hand import OURS, Opened, copy_data, open_house

from pinisi.people.accounts import Assignment
from pinisi.people.proof.check import Verdict, check_trail
from pinisi.people.proof.exported import read_trails
from pinisi.people.proof.statements import Key, read_checkpoint, read_key

pytestmark = pytest.mark.anyio


def keys_beside(data: Path) -> list[Key]:
    return [read_key(row) for row in (data.with_name("data.keys") / "trail.pub").read_text().splitlines()]


@pytest.fixture
def published(fresh: Opened, template: Path) -> list[Key]:
    """Of the house, and of the one from which its data were copied."""
    return keys_beside(template) + keys_beside(fresh.house.settings.data)


def verdict(answer: httpx.Response, keys: list[Key]) -> Verdict:
    (found,) = [check_trail(trail, keys) for trail in read_trails(answer.content.splitlines(keepends=True))]
    return found


async def test_an_export_is_proved_to_its_last_line_which_says_that_it_was_taken(
    fresh: Opened, demo: httpx.AsyncClient, published: list[Key]
) -> None:
    answer = await demo.get(f"{OURS}/audit/export")
    found = verdict(answer, published)
    assert (found.findings, found.notes) == ([], [])
    assert found.sealed == found.last == await fresh.position()
    assert b'"act":"exported"' in answer.content.splitlines()[-2]
    assert answer.headers["content-disposition"] == 'attachment; filename="makassar.trail"'


async def test_the_trail_of_accounts_is_exported_too(
    demo: httpx.AsyncClient, fresh: Opened, published: list[Key]
) -> None:
    found = verdict(await demo.get(f"{OURS}/audit/export", params={"of": "people"}), published)
    assert (found.tenant, found.findings) == ("_people", [])


async def test_a_checkpoint_is_signed_on_demand_and_shown(
    demo: httpx.AsyncClient, fresh: Opened, published: list[Key]
) -> None:
    made = (await demo.post(f"{OURS}/audit/checkpoints")).json()
    checkpoint = read_checkpoint(made["checkpoints"][0])
    assert (checkpoint.tenant, checkpoint.position) == ("makassar", await fresh.position())
    shown = (await demo.get(f"{OURS}/audit/checkpoints")).json()
    assert shown["checkpoints"][-1] == checkpoint.text()
    assert [read_key(row) for row in shown["keys"]] == published[-1:]


async def test_a_new_key_is_vouched_for_and_on_record(
    demo: httpx.AsyncClient, fresh: Opened, published: list[Key]
) -> None:
    answer = await demo.post(f"{OURS}/audit/keys")
    keys = [read_key(row) for row in answer.json()["keys"]]
    assert (answer.status_code, keys[-1].signer) == (201, published[-1].id)
    found = verdict(await demo.get(f"{OURS}/audit/export", params={"of": "people"}), published)
    assert found.findings == []
    (line,) = (await demo.get(f"{OURS}/audit", params={"of": "people", "act": "key-renewed"})).json()["lines"]
    assert line["detail"] == {"key": keys[-1].id, "public": keys[-1].public, "signer": keys[-1].signer}


async def test_only_those_without_limits_export_and_only_administrators_that_of_accounts(fresh: Opened) -> None:
    await fresh.account("ani", Assignment(role="administrator"))
    limited = await fresh.account("wati", Assignment(role="supervisor", areas=frozenset({"73.71.09"})))
    whole = await fresh.account("budi", Assignment(role="supervisor"))
    async with fresh.client(cookie=limited) as client:
        assert (await client.get(f"{OURS}/audit/export")).status_code == 403
    async with fresh.client(cookie=whole) as client:
        assert (await client.get(f"{OURS}/audit/export")).status_code == 200
        assert (await client.get(f"{OURS}/audit/export", params={"of": "people"})).status_code == 403
        assert (await client.get(f"{OURS}/audit/export", params={"of": "moon"})).status_code == 400


async def test_without_its_keys_the_house_goes_on_and_says_what_is_wrong(
    demo: httpx.AsyncClient, fresh: Opened
) -> None:
    keys = fresh.house.settings.key_folder
    (keys / "trail.pub").write_text("scribble\n")
    for answer in (
        await demo.get(f"{OURS}/audit/export"),
        await demo.get(f"{OURS}/audit/checkpoints"),
    ):
        assert (answer.status_code, "trail.pub" in answer.json()["detail"]) == (409, True)


@pytest.fixture
async def whole(template: Path, tmp_path: Path) -> AsyncIterator[Opened]:
    """A house with the key that has signed its trail so far."""
    data = copy_data(template, tmp_path / "data")
    shutil.copytree(template.with_name("data.keys"), tmp_path / "data.keys")
    async with open_house(data) as opened:
        yield opened


async def test_the_house_checks_its_own_trail_and_says_who_asked_and_how_far(
    whole: Opened,
) -> None:
    demo = whole.client()
    before = (await demo.get(f"{OURS}/audit/checkpoints")).json()
    assert before["verified"] is None
    for of in ("city", "people"):
        found = (await demo.post(f"{OURS}/audit/verification", params={"of": of})).json()
        assert (found["findings"], found["byName"]) == ([], "Administrator (demo)")
        assert found["through"] == found["sealed"] > 0
    assert (await demo.get(f"{OURS}/audit/checkpoints")).json()["verified"]["through"] == await whole.position()
    (line,) = (await demo.get(f"{OURS}/audit", params={"of": "people", "act": "trail-verified", "limit": 1})).json()[
        "lines"
    ]
    assert (line["subject"], line["detail"]["findings"]) == ("trail/_people", 0)


async def test_a_line_that_was_changed_in_the_file_is_found_and_said(whole: Opened) -> None:
    await whole.house.store.seal("makassar")
    demo = whole.client()
    connection = apsw.Connection(str(whole.house.settings.tenant_folder / "makassar.sqlite"))
    connection.execute("UPDATE log SET time = time + 1 WHERE position = 5")
    connection.close()
    found = (await demo.post(f"{OURS}/audit/verification")).json()
    assert found["findings"]
    assert (await demo.get(f"{OURS}/audit/checkpoints")).json()["verified"]["findings"] == found["findings"]


async def test_who_sees_a_part_of_the_city_checks_no_trail(fresh: Opened) -> None:
    await fresh.account("ani", Assignment(role="administrator"))
    cookie = await fresh.account("sari", Assignment(role="steward", areas=frozenset({"73.71.09"})))
    async with fresh.client(cookie=cookie) as sari:
        assert (await sari.post(f"{OURS}/audit/verification")).status_code == 403
