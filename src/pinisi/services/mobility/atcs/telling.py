"""From a post to what the city is told of its junction."""

import math

from pinisi.services.mobility.atcs.layout import Plot
from pinisi.services.mobility.atcs.post import Post
from pinisi.services.mobility.engine.signals.demand import Shown
from pinisi.services.mobility.models.junction_live import (
    DetectorTold,
    GroupShown,
    JunctionReport,
    Laid,
    ShadowGain,
)
from pinisi.services.mobility.models.signals import TrafficDetector
from pinisi.services.mobility.rsmp.health import SiteHealth
from pinisi.services.mobility.rsmp.reports import is_simulated
from pinisi.vocabulary.instant import SECOND, Instant


def laid_of(plot: Plot) -> Laid:
    """Groups, plans, and the detectors of the lanes."""
    detectors = [
        TrafficDetector(id=str(zone.number), group=lane.movements[0].group, kind=zone.kind, reach=zone.end)
        for lane in plot.layout.lanes
        for zone in lane.zones
    ]
    layout = plot.layout
    return Laid(
        junction=plot.junction, lon=layout.lon, lat=layout.lat, detectors=tuple(detectors), allows=layout.allows
    )


def report_of_post(
    post: Post, health: SiteHealth, source: str, now: Instant, whole: bool, laid: Laid | None
) -> JunctionReport:
    """`whole`: with detectors, queue and shadow; else what changed at once: lamps and who decides."""
    shown = post.lamps.shown(now / SECOND, None)
    return JunctionReport(
        source=source,
        junction=post.plot.junction.id,
        site=post.plot.layout.site,
        at=now,
        simulated=is_simulated(health),
        mode=post.ordered.mode,
        control=post.control,
        reason=post.reason,
        plan=post.running_plan,
        stage=None if shown is None else stage_shown(post.plot, shown),
        wanted=post.wanted_stage,
        queued=queued(post) if whole else None,
        groups=() if shown is None else _groups(post.plot, shown),
        detectors=tuple(detectors_told(post, now)) if whole else (),
        gain=gain_of(post) if whole else None,
        compared=whole,
        laid=laid,
    )


def stage_shown(plot: Plot, shown: Shown) -> str:
    """The stage of which all groups are green; empty while the signals change."""
    green = shown.green(plot.junction)
    return next((stage.id for stage in plot.junction.stages if green and green == frozenset(stage.groups)), "")


def queued(post: Post) -> int | None:
    """None where no detector is heard, or none of them can tell who goes from who stands: nobody knows."""
    detection = post.detection
    if not detection.measured or post.plot.layout.snmp is not None:
        return None
    return sum(detection.standing(lane)[1] for lane in post.plot.layout.lanes)


def gain_of(post: Post) -> ShadowGain | None:
    gain = post.beside.gain()
    if gain is None:
        return None
    return ShadowGain(
        controller=post.plot.layout.shadow,
        minutes=gain.minutes,
        delay_plan=gain.delay_plan,
        delay_control=gain.delay_control,
        queue_plan=gain.queue_plan,
        queue_control=gain.queue_control,
        saved=gain.saved,
    )


def detectors_told(post: Post, now: Instant) -> list[DetectorTold]:
    """Those that were ever heard: of others there is nothing to tell."""
    zones = sorted(zone.number for lane in post.plot.layout.lanes for zone in lane.zones)
    known = [(number, post.detection.measured[number]) for number in zones if number in post.detection.measured]
    return [
        DetectorTold(
            id=str(number),
            at=math.floor(each.at * SECOND),
            state=post.detection.state(number, now / SECOND),
            vehicles=each.vehicles,
            occupancy=each.occupancy,
            speed=each.speed,
        )
        for number, each in known
    ]


def _groups(plot: Plot, shown: Shown) -> tuple[GroupShown, ...]:
    states = zip(plot.junction.groups, shown.groups, strict=True)
    return tuple(
        GroupShown(id=group.id, aspect=state.aspect.value, since=round(state.since * SECOND)) for group, state in states
    )
