"""From the act in the room to the mail of the duty officer: told once, escalated, proved, and nothing of the caller."""

import asyncio
from functools import cache
from pathlib import Path

import msgspec
import pytest
from notices_at_hand import ANI, FIRE, MAKASSAR, Bench, local, makassar, opened_bench
from receivers_at_hand import HttpReceiver, MailReceiver

from pinisi.incidents.acts import Accept, Assign, Note, Told, Triage, Withdraw
from pinisi.incidents.procedures.playbook import Step
from pinisi.incidents.procedures.run import RunAct
from pinisi.incidents.procedures.shelf import Shelf, Shelves, known_of
from pinisi.incidents.requirements import ActDoesNotFit
from pinisi.vocabulary.instant import SECOND

pytestmark = pytest.mark.anyio
LEAD = Triage(category="fire", priority=1, lead="damkar")
CANARY = "Canary Daeng Rewa 0811-4455"


@cache
def shelf() -> Shelf:
    return Shelves(MAKASSAR, known_of(makassar().operations)).now()


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
    assert (line["act"], line["contact"], line["way"], line["became"]) == ("told", duty, "email", "taken")
    assert line["said"].startswith("SMTP 250")
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
    told = [(deed.contact, deed.became) for deed in story if isinstance(deed, Told)]
    assert told == [(duty, "taken"), (duty, "read")]
    assert [act for act, _, _ in await bench.audit()].count("notice-read") == 1


async def test_a_grave_incident_reaches_the_supervisor_once_however_often_it_is_triaged(
    bench: Bench, mailbox: MailReceiver
) -> None:
    await bench.contact("boss@room.example", "supervisor", language="ja")
    await bench.raise_fire(priority=3)
    await bench.told()
    assert mailbox.mails == []
    for priority in (1, 2):
        await bench.act(Triage(category="fire", priority=priority, lead="damkar"))
        await bench.told()
    assert [mail["Subject"] for mail in mailbox.mails] == ["優先度1：住宅火災"]


async def test_at_night_only_what_is_grave_enough_wakes_him_and_the_rest_comes_in_the_morning_as_one(
    bench: Bench, mailbox: MailReceiver
) -> None:
    bench.only("asked-to-come")
    bench.city.time = local("2026-11-26 01:30")
    quiet = {"from": "22:00", "until": "06:00", "except": 1}
    await bench.contact("duty@damkar.example", "damkar", quiet=quiet)
    for number, priority in ((1, 3), (2, 1), (3, 4)):
        id = f"urn:ngsi-ld:Incident:night-{number}"
        await bench.raise_fire(id, priority=priority)
        await bench.act(Triage(category="fire", priority=priority, lead="damkar"), id)
        await bench.act(Assign(agency="damkar"), id)
        await bench.told()
    assert [mail["Subject"] for mail in mailbox.mails] == ["You are asked to come: House fire"]
    assert "NIGHT-2" in mailbox.mails[0].get_content()
    await bench.later(local("2026-11-26 05:59") / 1e6 - bench.city.time / 1e6)
    assert len(mailbox.mails) == 1
    await bench.later(60)
    assert [mail["Subject"] for mail in mailbox.mails[1:]] == ["2 notices: You are asked to come: House fire"]
    assert all(number in mailbox.mails[1].get_content() for number in ("NIGHT-1", "NIGHT-3"))


async def test_a_flood_of_notices_comes_as_a_few_messages_and_loses_none(bench: Bench, mailbox: MailReceiver) -> None:
    bench.only("asked-to-come")
    await bench.contact("duty@damkar.example", "damkar")
    for number in range(20):
        id = f"urn:ngsi-ld:Incident:many-{number:02}"
        await bench.raise_fire(id, priority=4)
        await bench.act(Triage(category="fire", priority=4, lead="damkar"), id)
        await bench.act(Assign(agency="damkar"), id)
        await bench.later(1)
    assert len(mailbox.mails) == 5
    await bench.later(600)
    assert len(mailbox.mails) == 6
    told = "".join(mail.get_content() for mail in mailbox.mails)
    assert all(f"MANY-{number:02}" in told for number in range(20))
    assert {each.state for each in await bench.deliveries()} == {"taken"}


async def test_a_clock_that_has_ended_is_told_once_and_met_it_is_over(bench: Bench, mailbox: MailReceiver) -> None:
    bench.only("agency-is-late")
    await bench.contact("duty@damkar.example", "damkar")
    await bench.contact("boss@room.example", "supervisor")
    await sent_to_damkar(bench)
    await bench.later(119)
    assert mailbox.mails == []
    for _ in range(3):
        await bench.later(60)
    assert [mail["Subject"] for mail in mailbox.mails] == ["Late (accept the assignment): House fire"]
    assert "ended 0 minutes ago" in mailbox.mails[0].get_content()
    await bench.act(Accept(agency="damkar"))
    await bench.later(600)
    assert [notice.state for notice in await bench.notices()] == ["over"]
    assert mailbox.receivers == ["duty@damkar.example"]


async def test_an_exercise_says_so_first_and_reaches_nobody_who_takes_no_part(
    bench: Bench, mailbox: MailReceiver
) -> None:
    bench.only("asked-to-come")
    await bench.contact("real@damkar.example", "damkar")
    await bench.contact("drill@damkar.example", "damkar", exercises=True, language="id")
    await bench.raise_fire(exercise=True)
    await bench.act(LEAD)
    await bench.act(Assign(agency="damkar"))
    await bench.told()
    (mail,) = mailbox.mails
    assert mailbox.receivers == ["drill@damkar.example"]
    assert mail["Subject"].startswith("LATIHAN: ")
    assert mail["X-Pinisi-Exercise"] == "yes"
    assert mail.get_content().startswith("LATIHAN, bukan kejadian sungguhan.")


async def test_in_a_tenant_that_is_replayed_everything_is_an_exercise(bench: Bench, mailbox: MailReceiver) -> None:
    bench.city.exercise = True
    await bench.contact("real@damkar.example", "damkar", "supervisor")
    await sent_to_damkar(bench)
    assert mailbox.mails == []
    assert {notice.state for notice in await bench.notices()} == {"nobody"}


async def test_nobody_is_told_of_what_was_before_he_was_listed(bench: Bench, mailbox: MailReceiver) -> None:
    await sent_to_damkar(bench)
    bench.city.time += 1
    await bench.contact("new@damkar.example", "damkar", "supervisor", "operator")
    await bench.told()
    assert mailbox.mails == []


async def test_with_nobody_to_be_told_the_notice_says_so(bench: Bench) -> None:
    bench.only("asked-to-come")
    await bench.contact("boss@room.example", "operator")
    await sent_to_damkar(bench)
    assert [(notice.on, notice.state) for notice in await bench.notices()] == [("assigned", "nobody")]


async def test_a_mail_server_that_is_busy_is_asked_again_and_later_each_time(
    bench: Bench, mailbox: MailReceiver
) -> None:
    bench.only("asked-to-come")
    await bench.contact("duty@damkar.example", "damkar")
    mailbox.answers = ["451 4.3.0 try again later", "452 4.3.1 disk full"]
    await sent_to_damkar(bench)
    (delivery,) = await bench.deliveries()
    assert (delivery.state, delivery.answer) == ("waiting", "SMTP 451 4.3.0 try again later")
    assert delivery.due == bench.city.time + 30 * SECOND
    await bench.later(29)
    assert len(mailbox.answers) == 1
    await bench.later(1)
    assert (await bench.deliveries())[0].due == bench.city.time + 60 * SECOND
    await bench.later(60)
    (delivery,) = await bench.deliveries()
    assert (delivery.state, delivery.attempts, len(mailbox.mails)) == ("taken", 3, 1)


async def test_an_address_that_is_refused_is_given_up_and_the_next_level_told_at_once(
    bench: Bench, mailbox: MailReceiver
) -> None:
    bench.only("asked-to-come")
    gone = await bench.contact("nobody@damkar.example", "damkar")
    await bench.contact("second@damkar.example", "damkar", level=2)
    await sent_to_damkar(bench)
    await bench.told()
    dead = next(each for each in await bench.deliveries() if each.contact == gone)
    assert (dead.state, dead.answer) == ("dead", "SMTP 550 5.1.1 <(address)> no such user here")
    assert mailbox.receivers == ["second@damkar.example"]
    assert "notice-given-up" in [act for act, _, _ in await bench.audit()]


async def test_a_relay_that_is_not_there_is_asked_ten_times_then_given_up_and_sent_again_by_a_person(
    bench: Bench, mailbox: MailReceiver
) -> None:
    bench.only("called-back")
    await bench.contact("duty@damkar.example", "damkar")
    mailbox.stop()
    await sent_to_damkar(bench)
    await bench.act(Withdraw(agency="damkar", reason="not needed"))
    await bench.told()
    for _ in range(9):
        await bench.later(1800)
    (delivery,) = await bench.deliveries()
    assert (delivery.state, delivery.attempts) == ("dead", 10)
    assert delivery.answer.startswith("no connection to the mail server")
    mailbox.start()
    again = await bench.room.desk.again(delivery.key, ANI)
    await bench.told()
    assert (again.state, again.message) == ("waiting", delivery.message)
    assert [mail["Message-ID"] for mail in mailbox.mails] == [f"<{delivery.message}@makassar.example>"]
    with pytest.raises(ActDoesNotFit):
        await bench.room.desk.again(delivery.key, ANI)


async def test_a_contact_that_was_struck_gets_nothing_more(bench: Bench, mailbox: MailReceiver) -> None:
    bench.only("asked-to-come")
    duty = await bench.contact("duty@damkar.example", "damkar", quiet={"from": "00:00", "until": "23:59", "except": 0})
    await sent_to_damkar(bench)
    await bench.room.desk.drop_contact(duty, ANI)
    await bench.later(36_000)
    (delivery,) = await bench.deliveries()
    assert (delivery.state, delivery.answer, mailbox.mails) == ("dead", "the contact is not listed any more", [])


async def test_whom_a_step_names_is_told_the_procedures_own_words_and_not_what_was_typed(
    bench: Bench, mailbox: MailReceiver
) -> None:
    await bench.contact("duty@damkar.example", "damkar")
    playbook = next(each for each in shelf().playbooks if any(_to(step) == "damkar" for step in each.steps))
    step = next(step for step in playbook.steps if _to(step) == "damkar")
    first = msgspec.structs.replace(playbook, steps=(msgspec.structs.replace(step, after=()),))
    await bench.raise_fire()
    await bench.told()
    run = (await bench.procedures.start("makassar", FIRE, first, ANI, bench.city.time, drill=False)).run
    sent = RunAct(act="sent", at=bench.city.time, by="ani", name="Ani", step=step.id, words="call Budi, 0812-3456")
    await bench.procedures.act("makassar", FIRE, run.id, sent, ANI)
    await bench.told()
    (mail,) = mailbox.mails
    assert step.message is not None
    assert "House fire" in mail.get_content() or "House fire" in mail["Subject"]
    assert mail.get_content().startswith(step.message.text.en.partition("{")[0].strip())
    assert "Budi" not in mail.as_string() + mail.get_content()


async def test_what_a_caller_said_is_in_no_notice_no_story_line_of_it_and_no_trail(
    bench: Bench, mailbox: MailReceiver
) -> None:
    await bench.contact("duty@damkar.example", "damkar", "supervisor", "operator")
    await bench.raise_fire(note=CANARY, caller=True)
    await bench.act(Note(note=CANARY))
    await bench.act(Triage(category="fire", priority=1, lead="damkar", note=CANARY))
    await bench.act(Assign(agency="damkar", note=CANARY))
    await bench.told()
    await bench.act(Withdraw(agency="damkar", reason=CANARY))
    for _ in range(4):
        await bench.later(3600)
    assert {notice.on for notice in await bench.notices()} == {"raised", "assigned", "withdrawn", "overdue"}
    assert {each.state for each in await bench.deliveries()} == {"taken"}
    told = "".join(mail.as_string() + mail.get_content() for mail in mailbox.mails)
    kept = msgspec.json.encode(await bench.notices()) + msgspec.json.encode(await bench.deliveries())
    lines = [act.deed for act in await bench.desk.queue.acts("makassar", FIRE) if isinstance(act.deed, Told)]
    assert CANARY not in told + kept.decode() + msgspec.json.encode(lines).decode()
    assert CANARY not in str(await bench.audit())


async def test_the_address_of_a_contact_is_in_no_line_of_the_log_and_every_reading_of_it_is(
    bench: Bench, mailbox: MailReceiver
) -> None:
    duty = await bench.contact("duty@damkar.example", "damkar", name="Daeng Canary")
    await sent_to_damkar(bench)
    entries = (await bench.store.log("makassar", 0, 100_000)).entries
    written = "".join(f"{entry.subject} {(entry.detail or b'').decode()}" for entry in entries)
    assert "duty@damkar.example" not in written
    assert "Daeng Canary" not in written
    read = [detail for act, _, detail in await bench.audit() if act == "records.read"]
    assert read[0]["subjects"] == [duty]
    assert read[0]["columns"] == [f"incidents__contact.{column}" for column in ("address", "name", "secret")]


async def test_a_house_that_ends_while_a_message_is_under_way_sends_it_again_under_the_same_id(
    tmp_path: Path, http: HttpReceiver
) -> None:
    async with opened_bench(tmp_path) as bench:
        bench.only("asked-to-come")
        await bench.contact(http.address, "damkar", channel="webhook")
        http.open.clear()
        await bench.raise_fire()
        await bench.act(LEAD)
        await bench.act(Assign(agency="damkar"))
        await bench.heard()
        carrying = asyncio.ensure_future(bench.room.courier.carry())
        await http.wait(1)
        carrying.cancel()
        await asyncio.gather(carrying, return_exceptions=True)
        assert [each.state for each in await bench.deliveries()] == ["sending"]
    http.open.set()
    async with opened_bench(tmp_path) as bench:
        bench.only("asked-to-come")
        await bench.told()
        (delivery,) = await bench.deliveries()
    assert (delivery.state, delivery.attempts, delivery.unsure) == ("taken", 2, True)
    assert [each.headers["webhook-id"] for each in http.posted] == [delivery.message] * 2


async def test_what_was_read_but_not_told_is_read_again_and_what_was_told_is_not(
    tmp_path: Path, mailbox: MailReceiver
) -> None:
    """Between the act and the reading of its line the house may end at any moment; so may it after the commit."""
    mailbox_at = mailbox.address
    async with opened_bench(tmp_path, mailbox_at) as bench:
        await bench.contact("duty@damkar.example", "damkar")
        await bench.raise_fire()
        await bench.act(LEAD)
        await bench.act(Assign(agency="damkar"))
    for _ in range(2):
        async with opened_bench(tmp_path, mailbox_at) as bench:
            bench.only("asked-to-come")
            await bench.heard()
            bench.read_to = 0
            entries = (await bench.store.log("makassar", 0, 10_000)).entries
            await bench.room.teller.hear(entries, entries[-1].position)
            await bench.room.courier.deliver()
    assert mailbox.receivers == ["duty@damkar.example"]


def _to(step: Step) -> str:
    return step.message.to if step.message else ""
