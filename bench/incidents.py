"""The flood of Jakarta of February 2017 through the queue's engines: which neighbourhoods, and how many alarms.

Neighbourhoods: learnt on one side of 106.83 E and judged on the other, both ways, the counts pooled. Alarms: three
operators, the default rules. Both see a report when it came, and nothing later.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from figure import figure
from load.flood_alarms import Alarmed, alarmed, happening
from load.flood_archive import FloodArchive, half
from load.queue_replay import END, SINCE, held, played
from pinisi.incidents.grouping.rules import default_rules
from pinisi.services.flood.engine.flooded import Picture
from pinisi.services.flood.engine.judging import Said, Score, called, learned, one_report, scored
from pinisi.vocabulary.instant import HOUR, Instant, parse_instant
from shared import shared_folder

FIGURES = ("incidents.replay_flood.",)
ONLY = os.environ.get("PINISI_BENCH_ONLY", "")
QUEUE = "incidents.replay_flood.queue."
RUNS = 5
SPEED = 60
OPERATORS = 3


def main() -> int:
    archive = FloodArchive(shared_folder() / "data" / "flood")
    if len(archive.reports) != 1_204 or len(archive.flags) != 292:
        raise SystemExit(
            f"{len(archive.reports)} reports and {len(archive.flags)} flooded neighbourhoods: another archive"
        )
    if not ONLY.startswith(QUEUE):
        neighbourhoods(archive)
        alarms(archive)
    if QUEUE.startswith(ONLY) or ONLY.startswith(QUEUE):
        queue(archive)
    return 0


def neighbourhoods(archive: FloodArchive) -> None:
    said = archive.said()
    first = judged(archive, said)
    score, naive = scored(first, archive.flags), scored(one_report(said), archive.flags)
    counts = f"{score.right} of {score.called} called RW right, {score.flooded} flagged of {len(archive.east)}"
    note = f"{counts}; split at 106.83 E"
    name = "incidents.replay_flood"
    figure(f"{name}.f1", score.f1, "ratio", f"goal 0.70; one report is enough: {naive.f1:.2f}", note)
    figure(f"{name}.precision", score.precision, "ratio", f"goal 0.70; one report: {naive.precision:.2f}", note)
    figure(f"{name}.recall", score.recall, "ratio", f"one report: {naive.recall:.2f}", note)
    figure(f"{name}.median_lead_h", score.lead_h, "h", f"goal 0.5; one report: {naive.lead_h:.2f}", note)
    strict = f"right only where it came before the flag: {score.before} RW"
    figure(f"{name}.strict_f1", score.strict_f1, "ratio", f"one report: {naive.strict_f1:.2f}", strict)
    villages, few = by_kelurahan(archive, first), by_kelurahan(archive, one_report(said))
    counts = f"{villages.right} of {villages.called} right, {villages.flooded} with a flagged RW"
    note = f"the same calls by kelurahan: {counts}"
    figure(f"{name}.kelurahan_f1", villages.f1, "ratio", f"one report: {few.f1:.2f}", note)
    note += f"; precision {villages.precision:.2f}, recall {villages.recall:.2f}"
    plain(archive, said, name)
    figure(f"{name}.kelurahan_lead_h", villages.lead_h, "h", f"one report: {few.lead_h:.2f}", note)


def plain(archive: FloodArchive, said: list[Said], name: str) -> None:
    """As the service runs it: by kelurahan, without the register of RW that flood."""
    bare = [msgspec.structs.replace(each, evidence=msgspec.structs.replace(each.evidence, prone=0.0)) for each in said]
    found = by_kelurahan(archive, judged(archive, bare))
    note = f"without the register of RW that flood; precision {found.precision:.2f}, recall {found.recall:.2f}"
    figure(f"{name}.kelurahan_plain_f1", found.f1, "ratio", f"median lead {found.lead_h:.2f} h", note)


def judged(archive: FloodArchive, said: list[Said]) -> dict[int, Instant]:
    """What each half is called by a model that has learnt on the other."""
    first: dict[int, Instant] = {}
    for side in (True, False):
        here = [each for each in said if archive.east[each.neighbourhood] == side]
        there = [each for each in said if archive.east[each.neighbourhood] != side]
        flags = half(archive.flags, archive.east, not side)
        first |= called(here, learned(there, flags, archive.folds, len(flags)))
    return first


def by_kelurahan(archive: FloodArchive, first: Mapping[int, Instant]) -> Score:
    def earliest(times: Mapping[int, Instant]) -> dict[int, Instant]:
        found: dict[int, Instant] = {}
        for number, at in times.items():
            village = int(archive.kelurahan[number])
            found[village] = min(at, found.get(village, at))
        return found

    return scored(earliest(first), earliest(archive.flags))


def alarms(archive: FloodArchive) -> None:
    rules = default_rules()
    events = [happening(report) for report in archive.reports]
    found = alarmed(events, rules)
    lost = len({event.id for event in events} - found.incident_of().keys())
    name = "incidents.replay_flood"
    windows = (parse_instant(archive.reports[-1].at) - parse_instant(archive.reports[0].at)) / (HOUR / 6)
    note = f"{len(found.calls)} alarms of {len(events)} reports for {OPERATORS} operators"
    goal = "goal 1 (EEMUA 191)"
    figure(
        f"{name}.alarms_per_operator_10min",
        found.most_at_once(),
        "alarms",
        goal,
        f"the most in any ten minutes; {note}",
    )
    mean = len(found.calls) / OPERATORS / windows
    figure(f"{name}.alarms_per_operator_10min_mean", mean, "alarms", goal, f"over {windows / 6:.0f} h; {note}")
    figure(f"{name}.lost", lost, "reports", "0", "reports that lead to no incident at the end")
    groups = len({each.group for each in found.joined})
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in found.outcomes().most_common())
    figure(f"{name}.incidents", len(found.incidents), "incidents", "1,204 reports", f"{groups} groups; {outcomes}")
    waits = found.waits_min()
    figure(
        f"{name}.longest_wait_min",
        max(waits),
        "min",
        "",
        f"{len(waits)} groups waited their turn, half of them {statistics.median(waits):.0f} min or less",
    )
    above = sum(notice.above_load for notice in found.calls)
    figure(f"{name}.above_load", above, "alarms", "", "danger to life called though all operators had an alarm")
    costs(archive, found)


def costs(archive: FloodArchive, expected: Alarmed) -> None:
    """CPU time a report of grouping and flood control, and of the neighbourhoods' picture; medians of RUNS."""
    rules, ground = default_rules(), archive.ground
    events = [happening(report) for report in archive.reports]
    groups: list[float] = []
    picture: list[float] = []
    for _ in range(RUNS):
        started = time.process_time()
        if alarmed(events, rules).notices != expected.notices:
            raise SystemExit("the same reports gave other incidents")
        middle = time.process_time()
        heard = Picture(ground)
        for report, event in zip(archive.reports, events, strict=True):
            heard.report(report.lon, report.lat, event.at)
        groups.append((middle - started) / len(events) * 1e6)
        picture.append((time.process_time() - middle) / len(events) * 1e6)
    busiest = max(sum(event.at <= other.at < event.at + HOUR for other in events) for event in events)
    share = busiest / 3_600 * SPEED * (statistics.median(groups) + statistics.median(picture)) / 1e6
    load = f"both engines at {SPEED}x in the busiest hour ({busiest} reports): {share:.2%} of a core"
    note = f"{len(events)} reports, medians of {RUNS} runs; {load}"
    figure(
        "incidents.replay_flood.cpu_us",
        statistics.median(groups),
        "us/report",
        "",
        f"grouping and flood control; {note}",
    )
    figure(
        "incidents.replay_flood.picture_cpu_us", statistics.median(picture), "us/report", "", f"neighbourhoods; {note}"
    )


def queue(archive: FloodArchive) -> None:
    """The real server, its queue and its clock: 04:00 to 10:00 of 21 February at 60x."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        found = asyncio.run(held(data, played(data)))
    wanted = {f"urn:ngsi-ld:FloodReport:{each.id}" for each in archive.reports if SINCE < parse_instant(each.at) <= END}
    rang = sorted(at for each in found for at in each.rang if SINCE < at <= END)
    known = {each.id for each in found}
    lost = len(wanted - {each.report for each in found if each.within in known})
    most = max(sum(at <= other < at + HOUR // 6 for other in rang) for at in rang)
    quiet = sum(each.quiet for each in found)
    note = f"{len(rang)} alarms of {len(wanted)} reports in 6 hours at {SPEED}x through the real server; {quiet} quiet"
    figure(f"{QUEUE}alarms_10min", most, "alarms", f"goal {OPERATORS}: one for each of {OPERATORS} operators", note)
    figure(f"{QUEUE}lost", lost, "reports", "0", f"without an incident, or quiet within none; {note}")


if __name__ == "__main__":
    main()
