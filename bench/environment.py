"""Air quality: the forecast beside plain rules, the index of Jakarta recomputed, the cost of a verdict."""

import asyncio
import csv
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from figure import figure
from pinisi.city.context import context_bytes
from pinisi.context.contexts import Contexts
from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.arrival import arrived
from pinisi.runtime.backtest import Plan
from pinisi.runtime.backtest import backtest as run_again
from pinisi.runtime.clock import WallClock
from pinisi.services.environment.engine.backtest import backtest, by_hours_ahead, measured
from pinisi.services.environment.engine.cleaning import Reading, Verdict, judge_all, settled
from pinisi.services.environment.engine.hourly import hourly
from pinisi.services.environment.engine.jakarta_ispu import read_row
from pinisi.services.environment.engine.published import compare
from pinisi.services.environment.engine.quantity import QUANTITIES
from pinisi.services.environment.forecast_reactions import FORECAST
from pinisi.store.change import EntityChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.instant import HOUR, format_instant, parse_instant
from pinisi.vocabulary.principal import SYSTEM
from pinisi.vocabulary.score import Compared, Errors
from shared import shared_folder

FIGURES = ("environment.",)
DAYS, HOURS = 5_538, 7_636
MONTH = 720
WEEKS_LEARNT, DAYS_TOLD = 22, 90


def main() -> int:
    folder = shared_folder() / "data" / "airquality"
    verdicts = cleaned(folder / "aqi_surabaya_hourly.csv")
    forecasts(verdicts)
    own_error(verdicts)
    asyncio.run(reaction_month(rows(folder / "aqi_surabaya_hourly.csv")))
    recomputed(folder / "ispu_dki_jakarta_daily_2010_2025.csv")
    return 0


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process, and what came of it."""
    before = time.process_time()
    result = act()
    return time.process_time() - before, result


def rows(file: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def cleaned(file: Path) -> list[Verdict]:
    readings = [Reading(parse_instant(row["timestamp"]), float(row["aqius"])) for row in rows(file)]
    seconds, verdicts = timed(lambda: judge_all(QUANTITIES["airQualityIndex"], readings))
    if len(verdicts) != HOURS:
        raise SystemExit(f"{len(verdicts)} verdicts instead of {HOURS}")
    found = Counter(reason for verdict in verdicts for reason in verdict.reasons)
    told = ", ".join(f"{count} {reason}" for reason, count in found.most_common())
    left_out = sum(not verdict.used for verdict in settled(verdicts))
    figure("environment.cleaning.cpu_us", seconds / HOURS * 1e6, "us/value", "", f"{HOURS} values of Surabaya")
    figure("environment.cleaning.left_out", left_out, "count", "", f"of {HOURS} values; reasons told: {told}")
    return verdicts


def forecasts(verdicts: list[Verdict]) -> None:
    """Rolling origin over the last quarter; values that only jumped are compared with, but not learnt from."""
    series = hourly(verdicts)
    came = hourly([without_jump(verdict) for verdict in verdicts])
    quarter = len(series.values) // 4 * HOUR
    first, until = series.last + HOUR - quarter, series.last + HOUR
    for ahead, skill in by_hours_ahead(backtest(series, first, until, came)).items():
        told(ahead, skill, first)
    chosen = by_hours_ahead(backtest(series, series.first + quarter, first, came, (24,)))[24]
    note = f"the two quarters before, on which the rule was chosen; {chosen.count} values, {plain(chosen)}"
    figure("environment.forecast.skill_24h_when_chosen", chosen.gain or 0.0, "ratio", "", note)
    month = until - MONTH * HOUR
    seconds, said = timed(lambda: backtest(series, month, until, came, range(1, 25)))
    if len(said) < MONTH * 18:
        raise SystemExit(f"only {len(said)} values were forecast in a month")
    note = f"{MONTH} origins, all 24 hours ahead, {len(said)} values compared; CPU time"
    figure("environment.backtest.month_s", seconds, "s", "goal under 10 s", note)


def own_error(verdicts: list[Verdict]) -> None:
    """What a forecast tells of itself, and what that costs a station each six hours."""
    readings = [Reading(verdict.at, verdict.value) for verdict in verdicts[-(WEEKS_LEARNT * 7 + DAYS_TOLD) * 24 :]]

    def tell() -> list[Compared]:
        then = judge_all(QUANTITIES["airQualityIndex"], readings)
        series = hourly(then)
        return measured(series, series.last, hourly(settled(then)))

    seconds, compared = timed(tell)
    found = by_hours_ahead(compared)[24]
    note = (
        f"{found.count} values of 90 days, {plain(found)}; interval held {found.held or 0:.1%}; CPU time with judging"
    )
    figure("environment.forecast.own_error_s", seconds, "s", "", note)


async def reaction_month(told_rows: list[dict[str, str]]) -> None:
    """The reaction itself, run again by `pinisi backtest` upon a store."""
    name = "urn:pinisi:context"
    table = Contexts({name: msgspec.json.decode(context_bytes())}, lambda _: None).table(name)
    with TemporaryDirectory() as folder:
        async with SqliteStore(Path(folder), WallClock().now) as store:
            changes = [EntityChange(each.id, arrived(each)) for each in (said(row, table) for row in told_rows)]
            for start in range(0, len(changes), 500):
                await store.apply("city", changes[start : start + 500], SYSTEM)
            until = parse_instant(told_rows[-1]["timestamp"]) // HOUR * HOUR + HOUR
            plan = Plan(since=until - MONTH * HOUR, until=until, known_by="observed")
            before = time.process_time()
            report = await run_again(store, "city", table, "environment", FORECAST, plan)
            seconds = time.process_time() - before
    if report.runs != MONTH or report.failed or report.silent:
        raise SystemExit(f"{report.runs} runs, {report.failed} failed, {report.silent} silent")
    note = f"{MONTH} runs of the reaction over a store, all 24 hours ahead; CPU time"
    figure("environment.backtest.reaction_month_s", seconds, "s", "goal under 10 s", note)


def said(row: dict[str, str], table: TermTable) -> Entity:
    value = {"type": "Property", "value": float(row["aqius"]), "observedAt": row["timestamp"]}
    station = {"id": "urn:ngsi-ld:AirQualityObserved:surabaya", "type": "AirQualityObserved"}
    return read_entity(station | {"airQualityIndex": value}, table)


def without_jump(verdict: Verdict) -> Verdict:
    return msgspec.structs.replace(verdict, reasons=tuple(one for one in verdict.reasons if one != "jump"))


def plain(skill: Errors) -> str:
    return f"persistence {skill.persistence or 0:.2f}, hour-of-day mean {skill.hour_of_day or 0:.2f}"


def told(hours: int, skill: Errors, first: int) -> None:
    ahead = f"{hours}h"
    harder = f"hour-of-day mean of the last 28 days {skill.recent_mean or 0:.2f}"
    note = f"US AQI of Surabaya, last quarter (from {format_instant(first)[:10]}), {skill.count} values"
    figure(f"environment.forecast.mae_{ahead}", skill.error, "AQI", f"{plain(skill)}; {harder}", note)
    goal = "goal 0.15" if hours == 24 else ""
    figure(f"environment.forecast.skill_{ahead}", skill.gain or 0.0, "ratio", goal, f"{note}; {plain(skill)}")
    name = "environment.forecast.coverage_90" + ("" if hours == 24 else f"_{ahead}")
    width = f"{note}; {skill.width or 0:.0f} AQI wide on average"
    figure(name, skill.held or 0.0, "ratio", "goal 0.85 to 0.95", width)


def recomputed(file: Path) -> None:
    """Every published day beside its own sub-indices."""
    days = [read_row(row) for row in rows(file, ";")]
    if len(days) != DAYS:
        raise SystemExit(f"{len(days)} days instead of {DAYS}")
    differing = [found for day in days if (found := compare(day.published).differences)]
    why = Counter(differences[0].why for differences in differing)
    reasons = ", ".join(f"{count} {reason}" for reason, count in why.most_common())
    figure("environment.ispu.days", len(days), "count", "", "Jakarta 2010 to 2025, maximum, critical and category")
    figure(
        "environment.ispu.differ", len(differing), "count", "", f"{reasons}; each one: docs/reference/ispu-jakarta.md"
    )
    figure("environment.ispu.unexplained", why["unexplained"], "count", "0", "days that differ for no known reason")


if __name__ == "__main__":
    main()
