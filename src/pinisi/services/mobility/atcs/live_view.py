"""Draws up `JunctionLive` of a post that runs."""

from collections.abc import Iterator, Sequence

from pinisi.city.facts import source_id
from pinisi.services.mobility.atcs.lamps_seen import Change
from pinisi.services.mobility.atcs.live import (
    GroupSpans,
    JunctionLive,
    LiveDetector,
    LiveGain,
    LiveGroup,
    LivePriority,
    LiveStage,
    Span,
)
from pinisi.services.mobility.atcs.post import Post
from pinisi.services.mobility.atcs.telling import stage_shown
from pinisi.services.mobility.engine.shadow.compared import MODEL
from pinisi.services.mobility.engine.signals.aspect import Aspect
from pinisi.services.mobility.engine.signals.demand import Shown, all_red
from pinisi.services.mobility.engine.signals.fixed import FixedPlan
from pinisi.services.mobility.engine.signals.group import SignalGroup
from pinisi.services.mobility.models.junction_live import PriorityTold
from pinisi.services.mobility.models.signals import DETECTOR, GROUP, junction_id, part_id
from pinisi.services.mobility.rsmp.health import SiteHealth
from pinisi.services.mobility.rsmp.reports import is_simulated
from pinisi.vocabulary.instant import SECOND, Instant, format_instant

WINDOW_S = 240


def live_of(
    post: Post, health: SiteHealth, now: Instant, source: str, asked: Sequence[PriorityTold] = ()
) -> JunctionLive:
    at = now / SECOND
    shown = post.lamps.shown(at, None)
    standing = post.standing
    junction = post.plot.junction
    return JunctionLive(
        junction=junction_id(junction.id),
        at=format_instant(now),
        alive=health.alive,
        link_fault="" if health.alive else health.fault,
        method="simulated" if is_simulated(health) else "reported",
        mode=post.ordered.mode,
        control=post.control,
        reason=post.reason,
        refused=post.refused,
        since=_moment(post.ordered.since if standing is None else standing.since),
        plan=post.running_plan,
        provider=source_id(source),
        stage=None if shown is None else stage_shown(post.plot, shown),
        stage_since=None if shown is None else _stage_since(post, shown),
        wanted=post.wanted_stage,
        allows=post.plot.layout.allows,
        groups=tuple(_groups(post, shown)),
        stages=tuple(_stages(post)),
        window=WINDOW_S,
        actual=tuple(_actual(post, at)),
        planned=tuple(_planned(post, at)),
        gain=_gain(post),
        detectors=tuple(_detectors(post, at)),
        priorities=tuple(_priority(each) for each in asked),
    )


def _priority(told: PriorityTold) -> LivePriority:
    return LivePriority(
        vehicle=told.vehicle,
        kind=told.kind,
        group=told.group,
        stage=told.stage,
        by=told.by,
        since=format_instant(told.since),
        arrives=format_instant(told.arrives),
    )


def _moment(seconds: float) -> str:
    return format_instant(round(seconds * SECOND))


def _stage_since(post: Post, shown: Shown) -> str | None:
    greens = [state.since for state in shown.groups if state.aspect is Aspect.GREEN]
    return _moment(max(greens)) if greens and stage_shown(post.plot, shown) else None


def _groups(post: Post, shown: Shown | None) -> Iterator[LiveGroup]:
    junction = post.plot.junction
    for number, group in enumerate(junction.groups):
        state = None if shown is None else shown.groups[number]
        vehicles, standing = _seen(post, group)
        yield LiveGroup(
            id=group.id,
            entity=part_id(GROUP, junction.id, group.id),
            name=group.name or group.id,
            kind=group.kind,
            aspect=None if state is None else state.aspect.value,
            since=None if state is None else _moment(state.since),
            vehicles=vehicles,
            standing=standing,
        )


def _seen(post: Post, group: SignalGroup) -> tuple[int | None, int | None]:
    """On the lanes that this group lets go; a lane of several groups counts with each."""
    measured = post.detection.measured
    lanes = [
        lane
        for lane in post.plot.layout.lanes
        if any(each.group == group.id for each in lane.movements) and any(z.number in measured for z in lane.zones)
    ]
    if not lanes or post.plot.layout.snmp is not None:
        return None, None
    counts = [post.detection.standing(lane) for lane in lanes]
    return sum(count for count, _ in counts), sum(standing for _, standing in counts)


def _stages(post: Post) -> Iterator[LiveStage]:
    junction = post.plot.junction
    greens = {each.stage: each.green for each in junction.plan(post.plot.layout.plan).stages}
    return (LiveStage(stage.id, stage.groups, greens.get(stage.id, 0.0)) for stage in junction.stages)


def _actual(post: Post, at: float) -> Iterator[GroupSpans]:
    for group, changes in zip(post.plot.junction.groups, post.lamps.changes, strict=True):
        yield GroupSpans(group.id, tuple(_spans(list(changes), at)))


def _spans(changes: Sequence[Change], at: float) -> Iterator[Span]:
    ends = [change.at for change in changes[1:]] + [at]
    for change, end in zip(changes, ends, strict=True):
        start, end = max(change.at - at, -WINDOW_S), min(end - at, 0.0)
        if end > start:
            yield Span(change.aspect.value, round(start, 1), round(end, 1))


def _planned(post: Post, at: float) -> Iterator[GroupSpans]:
    """As the stored plan alone would have shown it, through the safety layer; it keeps to the common clock."""
    junction = post.plot.junction
    plan = FixedPlan(junction, post.plot.layout.plan)
    begin = int(at) - WINDOW_S
    lead = round(2 * junction.plan(post.plot.layout.plan).cycle)
    shown = all_red(junction, begin - lead)
    changes: list[list[Change]] = [[] for _ in junction.groups]
    for second in range(begin - lead + 1, int(at) + 1):
        shown = post.layer.decide(shown, plan.demand(second, shown), second).shown
        for kept, state in zip(changes, shown.groups, strict=True):
            if second >= begin and (not kept or kept[-1].aspect is not state.aspect):
                kept.append(Change(second, state.aspect))
    for group, kept in zip(junction.groups, changes, strict=True):
        yield GroupSpans(group.id, tuple(_spans(kept, at)))


def _gain(post: Post) -> LiveGain | None:
    gain = post.beside.gain()
    if gain is None:
        return None
    return LiveGain(
        controller=post.plot.layout.shadow,
        minutes=round(gain.minutes, 1),
        vehicles=gain.vehicles,
        delay_plan=round(gain.delay_plan, 1),
        delay_control=round(gain.delay_control, 1),
        queue_plan=round(gain.queue_plan, 1),
        queue_control=round(gain.queue_control, 1),
        saved=None if gain.saved is None else round(gain.saved, 1),
        model=MODEL,
    )


def _detectors(post: Post, at: float) -> Iterator[LiveDetector]:
    detection = post.detection
    for lane in post.plot.layout.lanes:
        for zone in lane.zones:
            known = detection.measured.get(zone.number)
            yield LiveDetector(
                id=str(zone.number),
                entity=part_id(DETECTOR, post.plot.junction.id, str(zone.number)),
                group=lane.movements[0].group,
                lane=lane.id,
                kind=zone.kind,
                vehicles=None if known is None else known.vehicles,
                occupancy=None if known is None else known.occupancy,
                speed=None if known is None else known.speed,
                heard=None if known is None else _moment(known.at),
                state=detection.state(zone.number, at),
            )
