"""The part of the route table that serves the broker's section of the console."""

import msgspec

from pinisi.console.broker_contexts import list_entity_types, list_stored_contexts
from pinisi.console.broker_shapes import (
    ContextList,
    LetterOpened,
    LetterPage,
    LettersDone,
    Overview,
    ReceiverList,
    SourceList,
    SubscriptionPage,
    TrialTold,
    TypeList,
)
from pinisi.console.broker_sources import list_sources
from pinisi.console.broker_subscriptions import list_receivers, list_subscriptions, overview, try_subscription
from pinisi.console.dead_letters import act_on_letters, discard_letter, list_letters, open_letter, replay_letter
from pinisi.console.http import Route, Shapes

BROKER = "/pinisi/v1/broker"
DEAD_LETTERS = "/pinisi/v1/dead-letters"
_LETTER = DEAD_LETTERS + "/{subscription}/{position}"
_READ, _WRITE = "subscriptions.read", "subscriptions.write"


def _told(answer: type[msgspec.Struct]) -> Shapes:
    return Shapes(family="broker", answer=answer)


BROKER_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path=BROKER,
        permission=_READ,
        endpoint=overview,
        summary="What waits, what was given up, what fails: a few numbers",
        shapes=_told(Overview),
    ),
    Route(
        method="GET",
        path=BROKER + "/subscriptions",
        permission=_READ,
        endpoint=list_subscriptions,
        summary="Subscriptions, and how their deliveries fare",
        parameters=("state", "q", "limit", "offset"),
        answers=(200, 400),
        shapes=_told(SubscriptionPage),
    ),
    Route(
        method="POST",
        path=BROKER + "/subscriptions/{key}/trial",
        permission=_WRITE,
        endpoint=try_subscription,
        summary="Send a receiver one notification, to see whether it takes it",
        answers=(200, 400, 404, 409),
        shapes=_told(TrialTold),
    ),
    Route(
        method="GET",
        path=BROKER + "/receivers",
        permission=_READ,
        endpoint=list_receivers,
        summary="Receivers of notifications: what waits for each, since when, why",
        shapes=_told(ReceiverList),
    ),
    Route(
        method="GET",
        path=BROKER + "/sources",
        permission="registrations.read",
        endpoint=list_sources,
        summary="Other context sources, and how requests to them fare; with whom this city shares",
        shapes=_told(SourceList),
    ),
    Route(
        method="GET",
        path=BROKER + "/contexts",
        permission="context.read",
        endpoint=list_stored_contexts,
        summary="Stored @contexts with size and use",
        shapes=_told(ContextList),
    ),
    Route(
        method="GET",
        path=BROKER + "/types",
        permission="context.read",
        endpoint=list_entity_types,
        summary="Types of entities with their counts and attributes",
        shapes=_told(TypeList),
    ),
    Route(
        method="GET",
        path=DEAD_LETTERS,
        permission=_READ,
        endpoint=list_letters,
        summary="List notifications that were given up",
        parameters=("subscription", "receiver", "since", "until", "limit", "after"),
        answers=(200, 400),
        shapes=_told(LetterPage),
    ),
    Route(
        method="POST",
        path=DEAD_LETTERS,
        permission=_WRITE,
        endpoint=act_on_letters,
        summary="Owe some of them again, or all that fit; or put them away, with the reason",
        body="LetterAct",
        answers=(200, 400),
        shapes=_told(LettersDone),
    ),
    Route(
        method="GET",
        path=_LETTER,
        permission=_READ,
        endpoint=open_letter,
        summary="Open one: what would be sent",
        answers=(200, 400, 404),
        shapes=_told(LetterOpened),
    ),
    Route(
        method="POST",
        path=_LETTER,
        permission=_WRITE,
        endpoint=replay_letter,
        summary="Owe a notification again that was given up",
        answers=(204, 400, 404),
    ),
    Route(
        method="DELETE",
        path=_LETTER,
        permission=_WRITE,
        endpoint=discard_letter,
        summary="Put a notification away that was given up",
        parameters=("reason",),
        answers=(204, 400, 404),
    ),
)
