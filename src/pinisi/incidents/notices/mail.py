"""E-mail by the city's own relay: one message, one connection. What the relay says to the message is the proof."""

import asyncio
import contextlib
import smtplib
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from pinisi.incidents.notices.sending import Answer, Outgoing
from pinisi.incidents.notices.server_address import ServerAddress, server_address
from pinisi.vocabulary.instant import SECOND, Instant

_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
SECONDS = 20.0
AT_ONCE = 2
"""Connections at a time: a relay that hangs must not take the threads of the house."""


def relay_of(address: str) -> ServerAddress:
    """Read `smtp://user@relay.example.org:587` (STARTTLS demanded), `smtps://` (TLS) or `smtp+plain://` (no cipher).

    Raises:
        BadServer: it is none.
    """
    return server_address("mail_server", address, _PORTS, "mail-password")


class Mail:
    """`password` is asked for at each connection, `now` is the time on the wall."""

    def __init__(
        self,
        relay: ServerAddress,
        sender: str,
        password: Callable[[], str],
        now: Callable[[], Instant],
        seconds: float = SECONDS,
    ) -> None:
        self._relay, self._sender, self._password, self._now = relay, sender, password, now
        self._seconds = seconds
        self._threads: ThreadPoolExecutor | None = None

    async def send(self, message: Outgoing) -> Answer:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(AT_ONCE, "mail")
        mail = mail_of(message, self._sender, self._now())
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hand_over, mail, message.address)

    def _hand_over(self, mail: EmailMessage, address: str) -> Answer:
        try:
            server = self._connected()
            try:
                return self._said(server, mail, address)
            finally:
                _take_leave(server)
        except smtplib.SMTPResponseException as error:
            return _refused(error.smtp_code, error.smtp_error)
        except smtplib.SMTPException as error:
            return Answer(False, f"the mail server does not do that: {error}", final=False)
        except (OSError, ssl.SSLError) as error:
            return Answer(False, f"no connection to the mail server: {error.strerror or error}")
        except Exception as error:
            return Answer(False, f"the mail cannot be sent: {error}")

    def _connected(self) -> smtplib.SMTP:
        relay = self._relay
        if relay.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                relay.host, relay.port, timeout=self._seconds, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(relay.host, relay.port, timeout=self._seconds)
        try:
            server.ehlo_or_helo_if_needed()
            if relay.scheme == "smtp":
                server.starttls(context=ssl.create_default_context())
            if relay.user:
                server.login(relay.user, self._password())
        except BaseException:
            server.close()
            raise
        return server

    def _said(self, server: smtplib.SMTP, mail: EmailMessage, address: str) -> Answer:
        """The conversation of RFC 5321, with the answer to the message itself, which `sendmail` throws away."""
        for code, said in (server.mail(self._sender), server.rcpt(address)):
            if code >= 300:
                return _refused(code, said)
        code, said = server.data(mail.as_bytes(policy=SMTP))
        if code >= 300:
            return _refused(code, said)
        return Answer(True, f"SMTP {code} {_text(said)}; Message-ID {mail['Message-ID']}")


def mail_of(message: Outgoing, sender: str, now: Instant) -> EmailMessage:
    """The mail as it goes out; its Message-ID is the same at every attempt."""
    mail = EmailMessage()
    mail["From"] = formataddr(("Pinisi", sender))
    mail["To"] = message.address
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(datetime.fromtimestamp(now / SECOND, UTC))
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.language
    if message.exercise:
        mail["X-Pinisi-Exercise"] = "yes"
    mail.set_content(message.text, charset="utf-8", cte="quoted-printable" if message.text.isascii() else "base64")
    return mail


def _take_leave(server: smtplib.SMTP) -> None:
    """What has been said of the message stands, however the relay takes its leave."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()


def _refused(code: int, said: bytes | str) -> Answer:
    """A 5xx will be the same the next time (RFC 5321, 4.2.1)."""
    return Answer(False, f"SMTP {code} {_text(said)}", final=code >= 500)


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())
