"""Attributes that have ended are told of no more (NGSI-LD 4.22; table 5.2.5-1: the storage of the Property expires).

An entity that has ended leaves its history, as one that was deleted does (5.6.6). The console's Time page still shows
both as they were, until retention takes them.
"""

import msgspec

from pinisi.store.history import Moment, Story
from pinisi.store.lapse import ATTRIBUTE_ENDED, has_ended
from pinisi.vocabulary.instant import Instant


def without_what_ended(story: Story, now: Instant) -> Story:
    """The history without the values whose `expiresAt` is over, and without the word that they are gone."""
    moments = [moment for moment in story.moments if not _ended(moment, now)]
    return story if len(moments) == len(story.moments) else msgspec.structs.replace(story, moments=moments)


def _ended(moment: Moment, now: Instant) -> bool:
    if moment.instance is None:
        return moment.principal == ATTRIBUTE_ENDED.id
    return moment.instance.expires_at is not None and has_ended(moment.instance, now)
