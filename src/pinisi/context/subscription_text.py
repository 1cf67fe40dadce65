"""The names in a subscription's payload: noted when it is written, written anew for a reader with another @context."""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from pinisi.context.notification_envelope import address_of
from pinisi.context.pick import CORE_MEMBERS
from pinisi.context.subscription import (
    DEFAULT_TRIGGERS,
    DeliveryState,
    Expand,
    StoredSubscription,
    Subscription,
)
from pinisi.context.subscription_payload import Payload, read_subscription
from pinisi.context.term_table import TermTable
from pinisi.context.validate import NULL
from pinisi.vocabulary.instant import Instant, format_instant

Rename = Callable[[str], str]

_QUOTED = re.compile(r'("(?:[^"\\]|\\.)*")')
_PROJECTED = re.compile(r"[^{},|]+")
_WORD = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://|urn:)[^\s=!<>~;|(){}\[\]\",]+|[^\W\d_][\w:-]*")


class Recorder:
    """Expands names and notes what each of them meant."""

    def __init__(self, expand: Expand) -> None:
        self._expand = expand
        self.terms: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        iri = self._expand(name)
        self.terms[name] = iri
        return iri


def written_out(fragment: Payload, expand: Expand, terms: Mapping[str, str]) -> tuple[Payload, dict[str, str]]:
    """A fragment that can be merged with a payload of these terms: names that mean something else become IRIs.

    Answers the fragment and the terms of both.
    """
    recorder = Recorder(expand)
    _read_leniently(fragment, recorder)
    clashing = {name: iri for name, iri in recorder.terms.items() if terms.get(name, iri) != iri}
    fresh = renamed(fragment, lambda name: clashing.get(name, name)) if clashing else fragment
    return fresh, {**recorder.terms, **terms, **{iri: iri for iri in clashing.values()}}


def _read_leniently(fragment: Payload, recorder: Recorder) -> None:
    """Expand all names of a fragment; what is missing to make it a subscription is supplied."""
    supplied = {
        "id": "urn:x:y",
        "type": "Subscription",
        "watchedAttributes": ["x"],
        **{name: value for name, value in fragment.items() if not _is_null(value) and name not in ("id", "type")},
    }
    notification = fragment.get("notification")
    members = cast(Payload, notification) if isinstance(notification, dict) else {}
    kept = {name: value for name, value in members.items() if name != "endpoint"}
    supplied["notification"] = {**kept, "endpoint": {"uri": "http://localhost/"}}
    read_subscription(supplied, recorder, "", None)


def merged(payload: Payload, fragment: Payload) -> Payload:
    """The payload with the members of a fragment, each as a whole; null takes one away (NGSI-LD 5.8.2.4)."""
    document = {name: value for name, value in payload.items() if name not in fragment}
    return {**document, **{name: value for name, value in fragment.items() if not _is_null(value)}}


def _is_null(value: Any) -> bool:
    return value is None or value == NULL


def shown(
    stored: StoredSubscription, subscription: Subscription, state: DeliveryState, table: TermTable, now: Instant
) -> Payload:
    """The subscription as an answer: names in the reader's @context, and what is computed (NGSI-LD 5.2.12)."""
    other = {
        name: table.compact_iri(iri)
        for name, iri in stored.terms.items()
        if name not in CORE_MEMBERS and table.expand_term(name) != iri
    }
    payload = renamed(stored.payload, lambda name: other.get(name, name)) if other else dict(stored.payload)
    payload.setdefault("notificationTrigger", list(DEFAULT_TRIGGERS))
    payload["status"] = subscription.status(now)
    payload["notification"] = {**payload["notification"], **_deliveries(state)}
    return payload


def initialize_context(document: Payload, subscription: Subscription) -> None:
    """Say the @context of the notifications of entities where nobody chose one (NGSI-LD 5.8.1.4)."""
    address = address_of(subscription.context)
    if address is not None:
        document.setdefault("jsonldContext", address)


def _deliveries(state: DeliveryState) -> Payload:
    """The read-only members of `notification`, as far as there was a delivery (NGSI-LD 5.2.14.2)."""
    if not state.times_sent:
        return {}
    document: Payload = {"status": "failed" if state.failing else "ok", "timesSent": state.times_sent}
    if state.times_failed:
        document["timesFailed"] = state.times_failed
    for name, moment in (
        ("lastNotification", state.last_notification),
        ("lastSuccess", state.last_success),
        ("lastFailure", state.last_failure),
    ):
        if moment:
            document[name] = format_instant(moment)
    return document


def renamed(payload: Payload, rename: Rename) -> Payload:
    """The payload with every name of a type or attribute renamed, inside of queries too."""
    document = dict(payload)
    if "watchedAttributes" in payload:
        document["watchedAttributes"] = [rename(name) for name in payload["watchedAttributes"]]
    for name in ("q", "csf"):
        if name in payload:
            document[name] = _in_text(payload[name], rename)
    if "entities" in payload:
        document["entities"] = [
            {**entity, "type": _in_text(entity["type"], rename)} if "type" in entity else entity
            for entity in payload["entities"]
        ]
    geo = payload.get("geoQ")
    if isinstance(geo, dict) and "geoproperty" in geo:
        document["geoQ"] = {**geo, "geoproperty": rename(cast(Payload, geo)["geoproperty"])}
    if isinstance(payload.get("notification"), dict):
        document["notification"] = _renamed_notification(payload["notification"], rename)
    return document


def _renamed_notification(notification: Payload, rename: Rename) -> Payload:
    def renamed_word(word: re.Match[str]) -> str:
        name = word.group()
        return name if name in CORE_MEMBERS else rename(name)

    lists = {
        name: [_PROJECTED.sub(renamed_word, projection) for projection in notification[name]]
        for name in ("attributes", "pick", "omit")
        if name in notification
    }
    return {**notification, **lists}


def _in_text(text: str, rename: Rename) -> str:
    """Rename the words of a query that are not within quotes."""
    parts = _QUOTED.split(text)
    return "".join(
        part if part.startswith('"') else _WORD.sub(lambda word: rename(word.group()), part) for part in parts
    )
