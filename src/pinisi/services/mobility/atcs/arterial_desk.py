"""The arterials of a room: which offsets would make the bands widest, what that would save, and what was ordered.

Nothing is ordered here: a person does that (`mobility.arterial-offsets`). The search runs in a process of its own, anew
when a plan's offset was ordered; what it would save is reckoned anew with the flows that are counted.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec

from pinisi.services.mobility.atcs.arterial_layout import ArterialLayout, arterial_of, ways
from pinisi.services.mobility.atcs.layout import Plot
from pinisi.services.mobility.atcs.offset_search import NotFound, sought
from pinisi.services.mobility.atcs.post import Post
from pinisi.services.mobility.engine.progression.along import along
from pinisi.services.mobility.engine.progression.arterial import Arterial
from pinisi.services.mobility.engine.progression.bands import bands
from pinisi.services.mobility.engine.progression.maxband import Offsets
from pinisi.services.mobility.models.arterials import ArterialReport, Kept
from pinisi.vocabulary.instant import SECOND, Instant

RECKON_S = 60.0


class ArterialDesk:
    """Of one arterial. `wanted` is None until the search has ended; `fault` says why it found nothing."""

    def __init__(self, layout: ArterialLayout, plots: Mapping[str, Plot]) -> None:
        self.layout, self._plots = layout, plots
        self.stored = arterial_of(layout, plots, {})
        self.wanted: Offsets | None = None
        self.fault = ""
        self.saved: tuple[float, float] | None = None
        self._reckoned = -RECKON_S
        self._told: ArterialReport | None = None

    async def search(self) -> None:
        try:
            self.wanted = await sought(self.stored)
        except (NotFound, OSError) as error:
            self.fault = str(error)

    def now(self, posts: Mapping[str, Post]) -> Arterial:
        """With the offsets that run."""
        return arterial_of(self.layout, self._plots, {id: posts[id].ordered for id in posts})

    def reckon(self, posts: Mapping[str, Post], now: float) -> None:
        """Once a minute: delay of those who go along it, with the offsets that run and with the wanted ones."""
        if self.wanted is None or now - self._reckoned < RECKON_S:
            return
        self._reckoned = now
        rates = {id: post.beside.flows.rates() for id, post in posts.items()}
        found = ways(self.layout, self._plots, rates)
        self.saved = None
        if found is not None:
            runs = self.now(posts)
            self.saved = (
                along(runs, runs.offsets, *found).mean, along(runs, self.wanted.seconds, *found).mean
            )  # fmt: skip

    def unfit(self, posts: Mapping[str, Post]) -> str:
        """Why offsets would be of no use now: empty where all junctions run their plan, in step."""
        for each in self.layout.junctions:
            post = posts[each.junction]
            if post.opened is None:
                return f"{each.junction}: no link"
            if post.control != "plan" or post.ordered.mode != "plan":
                return f"{each.junction}: runs {post.control}, not the plan"
            if post.running_plan != post.plot.layout.plan:
                return f"{each.junction}: runs plan {post.running_plan or '?'}, not {post.plot.layout.plan}"
        return ""

    def due(self, report: ArterialReport, every: float) -> bool:
        """Whether it is to be told: something changed, or it was told long ago."""
        before, still = self._told, None
        if before is not None:
            still = msgspec.structs.replace(before, at=report.at)
        if before is None or still != report or report.at - before.at >= 6 * every * SECOND:
            self._told = report
            return True
        return False

    def report(self, posts: Mapping[str, Post], source: str, now: Instant) -> ArterialReport:
        runs = self.now(posts)
        open_now = bands(runs, runs.offsets)
        wanted = self.wanted
        return ArterialReport(
            source=source,
            id=self.layout.id,
            name=self.layout.name,
            at=now,
            cycle=runs.cycle,
            junctions=tuple(
                Kept(
                    junction=each.junction,
                    metres=each.metres,
                    lon=self._plots[each.junction].layout.lon,
                    lat=self._plots[each.junction].layout.lat,
                    offset=signal.offset,
                    wanted=None if wanted is None else wanted.seconds[n],
                )
                for n, (each, signal) in enumerate(zip(self.layout.junctions, runs.signals, strict=True))
            ),
            band_out=open_now.out,
            band_back=open_now.back,
            wanted_out=None if wanted is None else wanted.bands.out,
            wanted_back=None if wanted is None else wanted.bands.back,
            delay=None if self.saved is None else self.saved[0],
            delay_wanted=None if self.saved is None else self.saved[1],
            fault=self.fault or self.unfit(posts),
        )


def searching(desks: Sequence[ArterialDesk], on_end: Callable[[], None]) -> asyncio.Task[None]:
    """One after the other: each takes a processor."""

    async def all_of_them() -> None:
        for desk in desks:
            await desk.search()
            on_end()

    return asyncio.create_task(all_of_them(), name="offsets of arterials")
