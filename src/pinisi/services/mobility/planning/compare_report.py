"""The report before and after on paper: what is measured and what is computed stand apart, and so do their claims."""

from collections.abc import Iterable

from pinisi.city.text import Language
from pinisi.incidents.report.document import Document, Figure, Row, Section, Signature
from pinisi.services.mobility.engine.capacity.approach import MOVEMENTS, VEHICLE_CLASSES, Counted, Junction, total
from pinisi.services.mobility.engine.capacity.peak import HOUR
from pinisi.services.mobility.planning.compare_request import CompareRequest, Half
from pinisi.services.mobility.planning.sheet_writer import UNTOLD, SheetWriter


def compare_report(asked: CompareRequest, before: Half, after: Half, language: Language, house: str) -> Document:
    write = SheetWriter(language)
    return Document(
        language=language,
        kind=write.said("ba-kind"),
        house=house,
        title=asked.name,
        lead=_lead(write, before, after),
        figures=_figures(write, before, after),
        facts=(
            (write.said("junction"), asked.junction),
            (write.said("ba-before"), _period(write, before)),
            (write.said("ba-after"), _period(write, after)),
            (write.said("method"), write.said("method-text")),
        ),
        sections=(
            _demand(write, before, after),
            _speeds(write, asked, before, after),
            _computed(write, before, after),
            Section(heading=write.said("sources"), lines=tuple(_sources(write, before, after))),
        ),
        signatures=tuple(Signature(role=write.said(role)) for role in ("computed", "checked")),
        footer=write.said("ba-footer"),
    )


def _lead(write: SheetWriter, before: Half, after: Half) -> str:
    """A saving is claimed only of what was measured in both periods."""
    both = _both(before, after)
    if not both:
        return write.said("ba-computed-only")
    old, new = _mean(before, both), _mean(after, both)
    values = {"before": write.number(old, 1), "after": write.number(new, 1), "change": _change(write, old, new)}
    return write.said("ba-measured", roads=len(both), **values)


def _both(before: Half, after: Half) -> list[str]:
    return [road for road in before.speeds if road in after.speeds]


def _mean(half: Half, roads: Iterable[str]) -> float:
    told = [half.speeds[road].speed for road in roads]
    return sum(told) / len(told)


def _change(write: SheetWriter, old: float, new: float) -> str:
    if not old:
        return UNTOLD
    percent = round(100 * (new - old) / old)
    return f"{'+' if percent > 0 else ''}{write.number(percent)} %"


def _figures(write: SheetWriter, before: Half, after: Half) -> tuple[Figure, ...]:
    note = write.said("ba-computed")
    old, new = before.result, after.result
    return (
        Figure(write.said("degree"), f"{write.number(old.worst, 2)} → {write.number(new.worst, 2)}", note),
        Figure(write.said("delay"), f"{write.number(old.delay, 1)} → {write.number(new.delay, 1)}", note),
        Figure(write.said("level"), f"{old.level} → {new.level}", note),
        Figure(write.said("cycle"), f"{write.number(old.timing.cycle, 1)} → {write.number(new.timing.cycle, 1)} s"),
    )


def _period(write: SheetWriter, half: Half) -> str:
    zone = half.asked.since.tzinfo
    begin = half.peak.begin.astimezone(zone)
    return write.said(
        "ba-period",
        since=f"{half.asked.since:%Y-%m-%d %H:%M}",
        until=f"{half.asked.until:%Y-%m-%d %H:%M}",
        hour=f"{begin:%Y-%m-%d %H:%M}–{begin + HOUR:%H:%M}",
        cycle=write.number(half.result.timing.cycle, 1),
    )


def _demand(write: SheetWriter, before: Half, after: Half) -> Section:
    """Vehicles of the peak hour, motorcycles apart."""
    rows: list[Row] = []
    for approach in before.layout.approaches:
        old, new = _counted(before.layout, approach.name), _counted(after.layout, approach.name)
        pairs = [(getattr(old, kind), getattr(new, kind)) for kind in VEHICLE_CLASSES]
        rows.append(Row((approach.name, *(f"{write.number(a)} → {write.number(b)}" for a, b in pairs))))
    measured = before.past.measured and after.past.measured
    return Section(
        heading=write.said("ba-demand-measured" if measured else "ba-demand"),
        note=write.said("ba-demand-note"),
        columns=write.heads("approach", *VEHICLE_CLASSES),
        widths=(1, 0, 0, 0, 0),
        rows=tuple(rows),
    )


def _counted(layout: Junction, name: str) -> Counted:
    demand = layout.approach(name).demand
    return total([demand.of(movement) for movement in MOVEMENTS])


def _speeds(write: SheetWriter, asked: CompareRequest, before: Half, after: Half) -> Section:
    rows = tuple(_speed(write, road, before, after) for road in dict.fromkeys(asked.roads))
    return Section(
        heading=write.said("ba-speeds"),
        note=write.said("ba-speeds-note"),
        columns=write.heads("ba-road", "ba-before", "ba-after", "ba-change"),
        widths=(1, 0, 0, 0),
        rows=rows,
        empty=write.said("ba-no-speeds"),
    )


def _speed(write: SheetWriter, road: str, before: Half, after: Half) -> Row:
    old, new = before.speeds.get(road), after.speeds.get(road)
    cells = [UNTOLD if each is None else f"{write.number(each.speed, 1)} (n = {each.n})" for each in (old, new)]
    change = UNTOLD if old is None or new is None else _change(write, old.speed, new.speed)
    return Row((road.removeprefix("urn:ngsi-ld:"), *cells, change))


def _computed(write: SheetWriter, before: Half, after: Half) -> Section:
    rows = [
        Row((
            old.name,
            f"{write.number(old.performance.saturation, 2)} → {write.number(new.performance.saturation, 2)}",
            f"{write.number(old.performance.delay, 1)} → {write.number(new.performance.delay, 1)}",
            f"{write.number(old.performance.queue_length)} → {write.number(new.performance.queue_length)}",
        ))
        for old, new in zip(before.result.approaches, after.result.approaches, strict=True)
    ]  # fmt: skip
    return Section(
        heading=write.said("ba-computed-heading"),
        note=write.said("ba-computed-note"),
        columns=write.heads("approach", "degree", "delay", "queue"),
        widths=(1, 0, 0, 0),
        rows=tuple(rows),
    )


def _sources(write: SheetWriter, before: Half, after: Half) -> Iterable[str]:
    yield write.said("source-manual")
    for half, name in ((before, "ba-before"), (after, "ba-after")):
        providers = ", ".join(half.past.providers) or UNTOLD
        methods = ", ".join(half.past.methods) or UNTOLD
        told = {"period": write.said(name), "providers": providers, "methods": methods}
        yield write.said("ba-source", intervals=len(half.past.intervals), **told)
    yield write.said("source-limits")
