"""One answer's worth of history: cut at a moment that holds for every attribute, so that none is told in part.

A reader goes on where the page ends: later in time, or with `lastN` earlier (NGSI-LD 6.3.10).
"""

from collections.abc import Sequence

import msgspec

from pinisi.context.temporal_query import TemporalQuery
from pinisi.context.temporal_render import Silent, content_range, time_of
from pinisi.store.history import Story
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.terms import SCOPE


class TemporalPage(msgspec.Struct, frozen=True):
    """Stories that fit into one answer, and the Content-Range if there is more (206)."""

    stories: Sequence[Story]
    range: str | None = None
    silent: Sequence[Silent] = ()

    def silent_of(self, place: int) -> Silent:
        """The attribute instances of a story whose values all lie beyond the page."""
        return self.silent[place] if self.silent else ()


def cut(stories: Sequence[Story], query: TemporalQuery, most: int) -> TemporalPage:
    """The first `most` values of all stories in the order of time; with `lastN` the newest.

    Values of the same moment stay together, so a page may hold a few more.
    """
    times = sorted(time_of(moment, query) for story in stories for moment in story.moments)
    backwards = query.last is not None
    edge = _edge(times, most, backwards) if times else 0
    whole = not times or edge == times[0 if backwards else -1]
    if whole and all(story.complete for story in stories):
        return TemporalPage(stories)
    kept = [_kept(story, query, edge, backwards) for story in stories]
    silent = [_silenced(story, part) for story, part in zip(stories, kept, strict=True)]
    return TemporalPage(kept, content_range(kept, query), silent)


def _silenced(story: Story, part: Story) -> Silent:
    told = {(moment.attribute, moment.dataset) for moment in part.moments}
    kinds = {
        (moment.attribute, moment.dataset): moment.instance.kind
        for moment in story.moments
        if moment.instance is not None and moment.attribute != SCOPE
    }
    return [(*key, kind) for key, kind in kinds.items() if key not in told]


def _edge(times: Sequence[Instant], most: int, backwards: bool) -> Instant:
    """The last moment that is told."""
    if backwards:
        return times[max(0, len(times) - most)]
    return times[min(most, len(times)) - 1]


def _kept(story: Story, query: TemporalQuery, edge: Instant, backwards: bool) -> Story:
    inside = [
        moment
        for moment in story.moments
        if (time_of(moment, query) >= edge if backwards else time_of(moment, query) <= edge)
    ]
    return msgspec.structs.replace(story, moments=inside, complete=False)
