"""The ways out of this house, as its settings say; each is imported when it is set up, none before."""

from collections.abc import Callable, Mapping
from pathlib import Path

from pinisi.context.delivery import HttpSender
from pinisi.context.targets import Targets
from pinisi.incidents.notices.contact import Channel
from pinisi.incidents.notices.sending import Sender
from pinisi.incidents.notices.server_address import BadServer
from pinisi.incidents.notices.webhook import Webhook
from pinisi.runtime.secrets import secret_of
from pinisi.settings import Settings
from pinisi.vocabulary.instant import Instant

MAIL_PASSWORD, MQTT_PASSWORD = "mail-password", "mqtt-password"


def ways_of(settings: Settings, http: HttpSender, now: Callable[[], Instant]) -> Mapping[Channel, Sender]:
    """Channel -> who sends by it. A webhook needs nothing; mail and MQTT need a server, apprise a list of services.

    Raises:
        BadServer: a setting is no address of a server.
    """
    ways: dict[Channel, Sender] = {"webhook": Webhook(http, now)}
    if settings.mail_server:
        ways["email"] = _mail(settings, now)
    if settings.notice_broker:
        from pinisi.incidents.notices.broker import Publisher, broker_of

        ways["mqtt"] = Publisher(broker_of(settings.notice_broker), _secret(settings.data, MQTT_PASSWORD))
    if settings.apprise_services:
        from pinisi.incidents.notices.by_apprise import ByApprise

        ways["apprise"] = ByApprise(settings.apprise_services)
    return ways


def http_of(settings: Settings) -> HttpSender:
    """Webhooks go where subscriptions may go, and nowhere else."""
    return HttpSender(Targets(settings.notification_targets))


def _mail(settings: Settings, now: Callable[[], Instant]) -> Sender:
    from pinisi.incidents.notices.mail import Mail, relay_of

    if "@" not in settings.mail_from:
        raise BadServer("mail_from: say from which address mails come, like warroom@example.org")
    return Mail(relay_of(settings.mail_server), settings.mail_from, _secret(settings.data, MAIL_PASSWORD), now)


def _secret(data: Path, name: str) -> Callable[[], str]:
    return lambda: secret_of(data, name)
