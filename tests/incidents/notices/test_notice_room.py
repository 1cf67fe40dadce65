"""From the act in the room to the mail of the duty officer: told once, escalated, proved, and nothing of the caller."""

import msgspec
import pytest
from notices_at_hand import FIRE, Bench
from receivers_at_hand import MailReceiver

from pinisi.incidents.acts import Accept, Assign, Told, Triage

pytestmark = pytest.mark.anyio
LEAD = Triage(category="fire", priority=1, lead="damkar")


async def sent_to_damkar(bench: Bench) -> None:
    await bench.raise_fire()
    await bench.act(LEAD)
    await bench.act(Assign(agency="damkar", role="lead"))
    await bench.told()


async def test_an_agency_that_is_sent_is_told_by_mail_and_the_reply_of_its_server_is_the_proof(
    bench: Bench, mailbox: MailReceiver
) -> None:
    duty = await bench.contact("duty@damkar.example", "damkar", language="id")
    await sent_to_damkar(bench)
    (mail,) = mailbox.mails
    assert mailbox.receivers == ["duty@damkar.example"]
    assert mail["Subject"] == "Penugasan: Kebakaran rumah"
    assert "Dinas Pemadam Kebakaran diminta menangani" in mail.get_content()
    (delivery,) = await bench.deliveries()
    assert (delivery.state, delivery.contact, delivery.attempts) == ("taken", duty, 1)
    assert delivery.answer == f"SMTP 250 2.0.0 Ok: queued as Q1; Message-ID <{delivery.message}@makassar.example>"
    assert mail["Message-ID"] == f"<{delivery.message}@makassar.example>"
    assert delivery.read_at == 0


async def test_what_its_server_answered_is_a_line_of_the_story_and_of_the_trail(bench: Bench) -> None:
    duty = await bench.contact("duty@damkar.example", "damkar")
    await sent_to_damkar(bench)
    line = msgspec.to_builtins((await bench.desk.queue.acts("makassar", FIRE))[-1].deed)
    assert (line["act"], line["contact"], line["channel"], line["outcome"]) == ("told", duty, "email", "taken")
    assert line["answer"].startswith("SMTP 250")
    proofs = [detail for act, _, detail in await bench.audit() if act == "notice-taken"]
    assert [(proof["contact"], proof["channel"]) for proof in proofs] == [(duty, "email")]


async def test_where_nobody_answers_the_next_level_is_told_then_the_supervisor_until_nobody_is_left(
    bench: Bench, mailbox: MailReceiver
) -> None:
    bench.only("asked-to-come")
    await bench.contact("first@damkar.example", "damkar")
    await bench.contact("second@damkar.example", "damkar", level=2)
    await bench.contact("boss@room.example", "supervisor")
    await sent_to_damkar(bench)
    told = ["first@damkar.example"]
    assert mailbox.receivers == told
    await bench.later(299)
    assert mailbox.receivers == told
    await bench.later(1)
    assert mailbox.receivers == [*told, "second@damkar.example"]
    await bench.later(300)
    assert mailbox.receivers == [*told, "second@damkar.example", "boss@room.example"]
    assert [notice.state for notice in await bench.notices()] == ["asks"]
    await bench.later(300)
    (notice,) = await bench.notices()
    assert (notice.state, notice.next_at, len(mailbox.mails)) == ("unheard", 0, 3)


async def test_an_agency_that_accepts_is_not_told_further(bench: Bench, mailbox: MailReceiver) -> None:
    bench.only("asked-to-come")
    await bench.contact("first@damkar.example", "damkar")
    await bench.contact("second@damkar.example", "damkar", level=2)
    await sent_to_damkar(bench)
    await bench.act(Accept(agency="damkar"))
    await bench.later(3600 * 3)
    assert [notice.state for notice in await bench.notices()] == ["over"]
    assert mailbox.receivers == ["first@damkar.example"]


async def test_who_says_that_he_has_read_it_ends_the_wait(bench: Bench, mailbox: MailReceiver) -> None:
    bench.only("asked-to-come")
    duty = await bench.contact("first@damkar.example", "damkar")
    await bench.contact("second@damkar.example", "damkar", level=2)
    await sent_to_damkar(bench)
    (delivery,) = await bench.deliveries()
    for _ in range(2):
        (read,) = await bench.room.desk.read(delivery.message, "link")
    await bench.later(3600)
    assert (read.read_at, read.read_by) == (bench.city.time - 3600 * 1_000_000, "link")
    assert mailbox.receivers == ["first@damkar.example"]
    story = [act.deed for act in await bench.desk.queue.acts("makassar", FIRE)]
    told = [(deed.contact, deed.outcome) for deed in story if isinstance(deed, Told)]
    assert told == [(duty, "taken"), (duty, "read")]
    assert [act for act, _, _ in await bench.audit()].count("notice-read") == 1
