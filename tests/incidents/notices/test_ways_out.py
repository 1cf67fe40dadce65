"""Each way out against a real receiver: what it is sent, and what is put on record of its answer."""

import asyncio
import base64
import hashlib
import hmac
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec
import pytest
from receivers_at_hand import HttpReceiver, MailReceiver

from mosquitto import Mosquitto
from patience import PATIENCE
from pinisi.context.delivery import HttpSender
from pinisi.context.targets import Targets
from pinisi.incidents.notices.broker import Publisher, broker_of
from pinisi.incidents.notices.by_apprise import ByApprise
from pinisi.incidents.notices.mail import Mail, relay_of
from pinisi.incidents.notices.sending import Answer, Outgoing, Part, Sender
from pinisi.incidents.notices.server_address import BadServer
from pinisi.incidents.notices.webhook import Webhook, new_secret
from pinisi.vocabulary.instant import SECOND
from ports import free_port

pytestmark = pytest.mark.anyio
NOW = 1_795_660_862 * SECOND
PART = Part(id="n1", on="stage", at="2026-11-26T06:00:00Z", title="Tahap 3", text="Tahap 3.", exercise=False)


def no_password() -> str:
    raise AssertionError("nobody asked for one")


def message(address: str, **more: Any) -> Outgoing:
    given: dict[str, Any] = {
        "id": "8f14e45f-ceea-467f-a5b5-000000000001",
        "channel": "webhook",
        "name": "Piket",
        "address": address,
        "secret": "",
        "language": "id",
        "subject": "Tahap 3",
        "text": "Tahap siaga kota sekarang 3.\n作戦室",
        "parts": (PART,),
        "exercise": False,
    }
    return Outgoing(**(given | more))


def mail(relay: str, seconds: float = PATIENCE) -> Mail:
    return Mail(relay_of(relay), "warroom@city.example", no_password, lambda: NOW, seconds)


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    http = HttpSender(Targets(("loopback",)))
    yield Webhook(http, lambda: NOW)
    await http.close()


async def test_a_mail_has_its_subject_text_and_date_as_they_are_and_an_id_of_its_own(mailbox: MailReceiver) -> None:
    long = "word " * 400
    answer = await mail(mailbox.address).send(message("piket@city.example", text=f"作戦室\n.\n{long}\n..end"))
    (taken,) = mailbox.mails
    assert answer.taken
    assert answer.said.startswith("SMTP 250 2.0.0 Ok: queued as Q1; Message-ID <8f14e45f")
    assert taken.get_content().replace("\r\n", "\n") == f"作戦室\n.\n{long}\n..end\n"
    assert (taken["To"], taken["From"]) == ("piket@city.example", "Pinisi <warroom@city.example>")
    assert taken["Date"] == "Thu, 26 Nov 2026 02:41:02 +0000"
    assert taken["Auto-Submitted"] == "auto-generated"


async def test_a_subject_cannot_bring_lines_of_its_own_into_the_head_of_a_mail(mailbox: MailReceiver) -> None:
    await mail(mailbox.address).send(message("piket@city.example", subject="Tahap\r\nBcc: all@city.example"))
    assert mailbox.mails[0]["Bcc"] is None
    assert mailbox.mails[0]["Subject"] == "Tahap Bcc: all@city.example"


async def test_a_relay_that_accepts_no_cipher_gets_neither_password_nor_mail(mailbox: MailReceiver) -> None:
    encrypted = mailbox.address.replace("smtp+plain://", "smtp://warroom@")
    answer = await mail(encrypted).send(message("piket@city.example"))
    assert (answer.taken, answer.final, mailbox.mails) == (False, False, [])
    assert "STARTTLS" in answer.said


async def test_a_relay_that_says_nothing_is_left_after_its_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = await mail(f"smtp+plain://127.0.0.1:{silent.getsockname()[1]}", 0.2).send(message("a@city.example"))
    assert (answer.taken, answer.final) == (False, False)


@pytest.mark.parametrize("address", ["", "relay", "http://relay", "smtp://user:secret@relay", "smtp://relay:99999"])
def test_what_is_no_mail_server_is_said_at_the_start(address: str) -> None:
    with pytest.raises(BadServer, match="mail_server"):
        relay_of(address)


async def test_a_webhook_is_signed_so_that_its_receiver_can_tell(webhook: Webhook, http: HttpReceiver) -> None:
    """By the text of Standard Webhooks 1.0, computed here without the house's own words."""
    secret = new_secret()
    assert await webhook.send(message(http.address, secret=secret)) == Answer(True, "HTTP 200")
    (posted,) = http.posted
    signed = f"{posted.headers['webhook-id']}.{posted.headers['webhook-timestamp']}.".encode() + posted.raw
    made = hmac.new(base64.b64decode(secret[len("whsec_") :]), signed, hashlib.sha256).digest()
    assert posted.headers["webhook-signature"] == "v1," + base64.b64encode(made).decode()
    assert posted.headers["webhook-timestamp"] == "1795660862"
    assert posted.headers["webhook-id"] == posted.body["id"] == "8f14e45f-ceea-467f-a5b5-000000000001"
    assert posted.body["notices"] == [msgspec.to_builtins(PART)]


@pytest.mark.parametrize(("status", "final"), [(400, True), (404, True), (429, False), (500, False), (302, False)])
async def test_of_a_webhook_that_refuses_only_what_will_change_is_tried_again(
    webhook: Webhook, http: HttpReceiver, status: int, final: bool
) -> None:
    http.status, http.more = status, "Retry-After: 120\r\n"
    answer = await webhook.send(message(http.address, secret=new_secret()))
    assert (answer.taken, answer.final, answer.wait) == (False, final, 120.0)
    assert str(status) in answer.said


async def test_a_webhook_goes_nowhere_but_where_the_operator_allows(http: HttpReceiver) -> None:
    sender = HttpSender(Targets(()))
    answer = await Webhook(sender, lambda: NOW).send(message(http.address, secret=new_secret()))
    assert not answer.taken
    assert "notification_targets" in answer.said
    assert http.posted == []
    await sender.close()


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    real = Mosquitto(tmp_path)
    await real.start()
    yield real
    await real.stop()


async def test_the_brokers_own_acknowledgement_says_whether_anybody_listens(broker: Mosquitto) -> None:
    publisher = Publisher(broker_of(f"mqtt://127.0.0.1:{broker.port}"), no_password, PATIENCE)
    unheard = await publisher.send(message("city/damkar", channel="mqtt"))
    async with aiomqtt.Client("127.0.0.1", broker.port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        await client.subscribe("city/#", qos=1)
        heard = await publisher.send(message("city/damkar", channel="mqtt"))
        async with asyncio.timeout(PATIENCE):
            first = await anext(aiter(client.messages))
    assert unheard == Answer(True, "PUBACK 16 on city/damkar: the broker has it, nobody subscribes to the topic")
    assert heard == Answer(True, "PUBACK 0 on city/damkar")
    assert isinstance(first.payload, bytes)
    assert msgspec.json.decode(first.payload)["notices"][0]["title"] == "Tahap 3"


async def test_a_broker_that_is_not_there_is_tried_again() -> None:
    publisher = Publisher(broker_of(f"mqtt://127.0.0.1:{free_port()}"), no_password, PATIENCE)
    answer = await publisher.send(message("city/damkar", channel="mqtt"))
    assert (answer.taken, answer.final) == (False, False)
    assert answer.said.startswith("the broker 127.0.0.1 does not take it")


async def test_apprise_reaches_a_service_that_the_operator_allows_and_says_that_it_was_taken(
    http: HttpReceiver,
) -> None:
    apprise: Sender = ByApprise(("json",))
    answer = await apprise.send(message(f"json://127.0.0.1:{http.port}/hook", channel="apprise"))
    assert answer == Answer(True, "json: taken")
    assert (http.posted[0].body["title"], http.posted[0].body["message"].split("\n")[0]) == (
        "Tahap 3",
        "Tahap siaga kota sekarang 3.",
    )
    http.status = 500
    refused = await apprise.send(message(f"json://127.0.0.1:{http.port}/hook", channel="apprise"))
    assert (refused.taken, refused.final) == (False, False)
    assert "500" in refused.said


async def test_apprise_reaches_no_service_that_the_operator_does_not_allow(http: HttpReceiver) -> None:
    answer = await ByApprise(("ntfys",)).send(message(f"json://127.0.0.1:{http.port}/hook", channel="apprise"))
    assert answer == Answer(False, "json is not among the setting apprise_services", final=True)
    assert http.posted == []
