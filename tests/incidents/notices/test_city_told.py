"""What the city itself tells: its stage, warnings (also as GeoJSON to a real broker), quiet sources, faulty rows."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiomqtt
import msgspec
import pytest
from notices_at_hand import ANI, TABLE, Bench, opened_bench
from receivers_at_hand import MailReceiver

from mosquitto import Mosquitto
from patience import PATIENCE
from pinisi.city.text import Text
from pinisi.incidents.cap.compose import Wording
from pinisi.incidents.incident import TITLE
from pinisi.incidents.stage import StageDesk
from pinisi.incidents.warnings.warning import Draft
from pinisi.runtime.quarantine import Quarantined, met
from pinisi.store.change import Edit, EntityChange
from pinisi.vocabulary.entity import LANGUAGE, PROPERTY, Entity, Instance
from pinisi.vocabulary.instant import DAY, HOUR
from pinisi.vocabulary.principal import SYSTEM
from pinisi.vocabulary.terms import DATA_SOURCE, PINISI

pytestmark = pytest.mark.anyio
BUDI = msgspec.structs.replace(ANI, id="account:budi", name="Budi", account="budi")
GAUGES = "urn:ngsi-ld:DataSource:gauges"


def draft(bench: Bench, **changes: object) -> Draft:
    ring = [[119.45, -5.2], [119.5, -5.2], [119.5, -5.15], [119.45, -5.2]]
    usual = Draft(
        words={
            "id": Wording("Banjir", "Banjir di Manggala", "Air setinggi lutut.", "Pindah ke tempat tinggi."),
            "en": Wording("Flood", "Flood in Manggala", "Knee-high water.", "Go to higher ground."),
        },
        category="Met",
        urgency="Immediate",
        severity="Severe",
        certainty="Observed",
        expires=bench.city.time + 6 * HOUR,
        polygon={"type": "Polygon", "coordinates": [ring]},
        place="Manggala",
    )
    return msgspec.structs.replace(usual, **changes)


async def warn(bench: Bench, id: str, **changes: object) -> str:
    """Drafted by one, released by another; the identifier of the message."""
    await bench.warnings.draft("makassar", id, draft(bench, **changes), ANI, bench.city.time)
    return (await bench.warnings.release("makassar", id, BUDI, bench.city.time)).identifier


async def test_the_stage_is_told_at_once_with_its_word_and_reason(bench: Bench, mailbox: MailReceiver) -> None:
    await bench.contact("boss@room.example", "supervisor", quiet={"from": "00:00", "until": "23:59", "except": 0})
    stage = StageDesk(bench.store, "makassar", bench.city.profile.stages, TABLE)
    await stage.set(3, "Banjir di tiga kecamatan", ANI, bench.city.time)
    await bench.told()
    (mail,) = mailbox.mails
    assert mail["Subject"] == "Makassar: stage 3 (" + bench.city.profile.stages.stages[2].word.en + ")"
    assert "Banjir di tiga kecamatan" in mail.get_content()


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    real = Mosquitto(tmp_path)
    await real.start()
    yield real
    await real.stop()


async def test_a_warning_its_update_and_its_end_are_mailed_and_published_as_geojson(
    tmp_path: Path, broker: Mosquitto, mailbox: MailReceiver
) -> None:
    address = f"mqtt://127.0.0.1:{broker.port}"
    public = "https://warroom.city.example"
    async with (
        opened_bench(tmp_path / "store", mailbox.address, notice_broker=address, public_address=public) as bench,
        aiomqtt.Client("127.0.0.1", broker.port, protocol=aiomqtt.ProtocolVersion.V5) as client,
    ):
        await client.subscribe("origin/a/wis2/makassar/#", qos=1)
        await bench.contact("desk@bpbd.example", "bpbd")
        first = await warn(bench, "w1")
        await bench.told()
        bench.city.time += 60_000_000
        await bench.warnings.cancel("makassar", "w2", "w1", "The water has gone", ANI, bench.city.time)
        last = (await bench.warnings.release("makassar", "w2", BUDI, bench.city.time)).identifier
        await bench.told()
        messages = aiter(client.messages)
        async with asyncio.timeout(PATIENCE):
            heard = [await anext(messages) for _ in range(2)]
        deliveries = await bench.deliveries()
    told = [msgspec.json.decode(each.payload) for each in heard if isinstance(each.payload, bytes)]
    assert {str(each.topic) for each in heard} == {"origin/a/wis2/makassar/data/core/weather/advisories-warnings"}
    assert [each["links"][0]["href"].rpartition("/")[2] for each in told] == [first, last]
    assert told[0]["links"][0]["href"].startswith(f"{public}/pinisi/v1/public/warnings/")
    assert told[0]["geometry"]["type"] == "Polygon"
    assert [mail["Subject"] for mail in mailbox.mails] == ["Warning: Flood in Manggala", mailbox.mails[1]["Subject"]]
    assert str(mailbox.mails[1]["Subject"]).startswith("Warning cancelled: ")
    assert {each.answer for each in deliveries if each.channel == "mqtt"} == {f"PUBACK 0 on {heard[0].topic}"}
    assert f"{public}/pinisi/v1/told/makassar~" in mailbox.mails[0].get_content()


async def test_while_the_broker_is_away_no_later_warning_overtakes_an_earlier_one(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path)
    async with opened_bench(tmp_path / "store", notice_broker=f"mqtt://127.0.0.1:{broker.port}") as bench:
        first = await warn(bench, "w1")
        await bench.told()
        await bench.later(1)
        second = await warn(bench, "w2", severity="Extreme")
        await bench.told()
        assert [(each.state, each.attempts) for each in await bench.deliveries()] == [("waiting", 1), ("waiting", 0)]
        await broker.start()
        try:
            for _ in range(2):
                await bench.later(30)
        finally:
            await broker.stop()
        taken = sorted(await bench.deliveries(), key=lambda each: each.ended_at)
    assert [each.notice for each in taken] == [f"geojson {first}", f"geojson {second}"]
    assert {each.state for each in taken} == {"taken"}


async def test_a_warning_of_an_exercise_is_published_to_nobody(tmp_path: Path, mailbox: MailReceiver) -> None:
    async with opened_bench(tmp_path, mailbox.address, notice_broker="mqtt://127.0.0.1:1") as bench:
        await bench.contact("real@bpbd.example", "bpbd")
        await bench.contact("drill@bpbd.example", "bpbd", exercises=True)
        await warn(bench, "w1", exercise=True)
        await bench.told()
        assert {each.channel for each in await bench.deliveries()} == {"email"}
    assert mailbox.receivers == ["drill@bpbd.example"]
    assert mailbox.mails[0]["Subject"].startswith("EXERCISE: Warning: ")


async def source_is(bench: Bench, state: str) -> None:
    title = {"id": "Alat ukur air", "en": "Water gauges", "ja": "水位計"}
    card = Entity(
        GAUGES,
        [DATA_SOURCE],
        {TITLE: [Instance(LANGUAGE, title)], PINISI + "state": [Instance(PROPERTY, state)]},
    )
    await bench.store.apply("makassar", [EntityChange(GAUGES, lambda _old, _now: Edit(card))], SYSTEM)
    await bench.told()


async def test_the_technician_is_told_once_that_a_source_is_quiet_and_again_only_after_it_spoke(
    bench: Bench, mailbox: MailReceiver
) -> None:
    await bench.contact("tech@room.example", "technician")
    for state in ("live", "late", "silent", "failing", "silent"):
        await source_is(bench, state)
    assert [mail["Subject"] for mail in mailbox.mails] == ["A source is quiet: Water gauges"]
    assert "state: silent" in mailbox.mails[0].get_content()
    for state in ("live", "silent"):
        await source_is(bench, state)
    assert len(mailbox.mails) == 2


async def test_the_steward_is_told_once_a_day_that_rows_of_a_source_wait(bench: Bench, mailbox: MailReceiver) -> None:
    await bench.contact("steward@room.example", "steward", language="id")
    for number in range(30):
        row = Quarantined(
            source="urn:ngsi-ld:DataSource:puskesmas",
            key=str(number),
            origin="puskesmas.csv",
            reason=Text("rusak", "broken", "破損"),
            raw="Daeng Canary;0811",
            first=bench.city.time + (DAY if number == 29 else 0),
            last=bench.city.time,
        )
        await bench.store.apply("makassar", [met(None, row)], SYSTEM)
    await bench.told()
    assert len({notice.key for notice in await bench.notices()}) == 2
    assert all("Canary" not in mail.get_content() for mail in mailbox.mails)
    assert "puskesmas" in mailbox.mails[0]["Subject"]
