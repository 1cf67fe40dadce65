"""From the kerb to the sheet: phones count, the peak hour is found, the plan is computed and printed."""

import asyncio
import io
from typing import Any

import httpx
import pytest
from house_at_hand import OURS, PINISI_CONTEXT, Opened, entity_path
from pypdf import PdfReader

from patience import PATIENCE
from pinisi.people.accounts import Assignment
from pinisi.vocabulary.instant import HOUR, MINUTE, format_instant

pytestmark = pytest.mark.anyio
MOBILITY = f"{OURS}/services/mobility"
FLOW = "urn:ngsi-ld:TrafficFlowObserved"
TURNS = ("through", "right", "u-turn")
STUDY = "urn:ngsi-ld:JunctionStudy:veteran-landak"


def layout() -> dict[str, Any]:
    road: dict[str, Any] = {"width": 6, "entry_width": 6, "exit_width": 6, "demand": {}}
    return {
        "approaches": [road | {"name": "Utara"}, road | {"name": "Timur"}],
        "stages": [{"approaches": ["Utara"]}, {"approaches": ["Timur"], "all_red": 2}],
        "population": 1.5,
    }


async def test_the_peak_hour_that_phones_counted_becomes_a_plan_and_a_sheet(fresh: Opened) -> None:
    begin = fresh.house.now() // HOUR * HOUR - 4 * HOUR
    ani = fresh.client(cookie=await fresh.account("ani", Assignment(role="administrator")), link=PINISI_CONTEXT)
    async with ani:
        turns = dict.fromkeys(TURNS, "")
        survey = {
            "name": "Survei Veteran",
            "junction": "Veteran - Landak",
            "approaches": [{"name": name, "turns": turns} for name in ("Utara", "Timur")],
            "since": format_instant(begin),
            "until": format_instant(begin + 4 * HOUR),
        }
        (await ani.put(f"{MOBILITY}/surveys/v", json=survey)).raise_for_status()
        for number in range(24):
            busy = 3 if 6 <= number < 18 else 1
            for approach, cars in (("Utara", 12), ("Timur", 8)):
                await count(ani, f"{approach}-{number:03}", approach, begin + number * 5 * MINUTE, cars * busy)
        asked: dict[str, Any] = {
            "junction": "veteran-landak",
            "name": "Simpang Veteran - Landak",
            "counted": "",
            "layout": layout(),
            "counts": {"since": format_instant(begin), "until": format_instant(begin + 2 * HOUR)},
        }
        wish = {"service": "mobility", "job": "junction-plan", "input": asked}
        job = (await ani.post(f"{OURS}/jobs", json=wish)).raise_for_status().json()["id"]

        told = await ended(ani, job)
        assert told["state"] == "done", told["reason"]
        study = (await ani.get(entity_path(STUDY, "?options=keyValues"))).json()
        assert study["peakFrom"]["@value"] == format_instant(begin + 30 * MINUTE)
        basis = study["peakBasis"]["json"]
        assert (basis["methods"], basis["providers"], basis["uncounted"]) == (["measured"], ["Survei Veteran"], [])
        assert study["studyInput"]["json"]["counts"] == asked["counts"]
        sheet = await ani.get(f"{MOBILITY}/junction-plans/veteran-landak/sheet?lang=en", follow_redirects=True)
        rows = sheet.raise_for_status().json()["sections"][2]["rows"]
        assert [row["cells"][:4] for row in rows[:2]] == [
            ["Utara", "Through", "0", "432"],
            ["Utara", "Right", "72", "0"],
        ]
        nothing = asked | {"counts": {"since": format_instant(begin - HOUR), "until": format_instant(begin)}}
        refused = await ani.post(f"{MOBILITY}/junction-plans/sheet", json=nothing)
        assert refused.status_code == 400 and refused.json()["detail"].startswith("counts")
        none = (await ani.get(f"{MOBILITY}/junction-plans/nowhere/sheet")).json()
        assert "belum ada rencana" in none["lead"] and none["sections"] == []


async def test_a_saving_is_claimed_only_of_what_was_measured_before_and_after(fresh: Opened) -> None:
    begin = fresh.house.now() // HOUR * HOUR - 6 * HOUR
    later = begin + 3 * HOUR
    ani = fresh.client(cookie=await fresh.account("ani", Assignment(role="administrator")), link=PINISI_CONTEXT)
    async with ani:
        approaches = [{"name": name, "turns": dict.fromkeys(TURNS, "")} for name in ("Utara", "Timur")]
        survey = {"name": "Survei Veteran", "junction": "veteran-landak", "approaches": approaches}
        survey |= {"since": format_instant(begin), "until": format_instant(begin + 6 * HOUR)}
        (await ani.put(f"{MOBILITY}/surveys/v", json=survey)).raise_for_status()
        for half, cars in ((begin, 30), (later, 33)):
            for approach in ("Utara", "Timur"):
                for number in range(3):
                    await count(ani, f"{approach}-{half}-{number}", approach, half + number * 5 * MINUTE, cars)
            speed = {"value": 18.0 if half == begin else 22.5, "unitCode": "KMH", "observedAt": format_instant(half)}
            for road, method in (("veteran", "measured"), ("landak", "modelled" if half == begin else "measured")):
                told = {"type": "Property", **speed, "method": {"type": "Property", "value": method}}
                entity = {"id": f"{FLOW}:{road}", "type": "TrafficFlowObserved", "averageVehicleSpeed": told}
                answer = await ani.post("/ngsi-ld/v1/entityOperations/upsert?options=update", json=[entity])
                assert answer.status_code < 300, answer.text
        asked: dict[str, Any] = {"junction": "veteran-landak", "name": "Simpang Veteran - Landak", "layout": layout()}
        for name, half, green in (("before", begin, 40), ("after", later, 30)):
            timing = {"cycle": 2 * green + 9, "greens": [green, green]}
            asked[name] = {"since": format_instant(half), "until": format_instant(half + HOUR), "timing": timing}
        told = await compared(ani, asked)
        assert "no saving is said to be achieved" in told["lead"]
        demand, speeds, computed, _ = told["sections"]
        assert demand["rows"][0]["cells"] == ["Utara", "72 → 72", "360 → 396", "0 → 0", "0 → 0"]
        assert speeds["rows"] == [] and len(computed["rows"]) == 2
        assert demand["heading"].startswith("Measured") and "not measured" in computed["heading"]
        told = await compared(ani, asked | {"roads": [f"{FLOW}:veteran", f"{FLOW}:landak", f"{FLOW}:nowhere"]})
        assert "on 1 roads went from 18 to 22.5 km/h (+25 %)" in told["lead"]
        assert [row["cells"][3] for row in told["sections"][1]["rows"]] == ["+25 %", "–", "–"]
        for language, word in (("id", "Dihitung, tidak diukur"), ("en", "Computed, not measured"), ("ja", "実測")):
            path = f"{MOBILITY}/junction-plans/compared?lang={language}"
            paper = await ani.post(path, json=asked, headers={"accept": "application/pdf"})
            pages = PdfReader(io.BytesIO(paper.raise_for_status().content)).pages
            assert word in " ".join("".join(page.extract_text() for page in pages).split())
        for wrong in ({"before": asked["after"]}, {"junction": "nowhere"}):
            answer = await ani.post(f"{MOBILITY}/junction-plans/compared", json=asked | wrong)
            assert answer.status_code == 400, answer.text


async def test_two_surveys_chosen_from_the_list_are_compared_by_the_timings_of_the_study(fresh: Opened) -> None:
    begin = fresh.house.now() // HOUR * HOUR - 6 * HOUR
    ani = fresh.client(cookie=await fresh.account("ani", Assignment(role="administrator")), link=PINISI_CONTEXT)
    async with ani:
        approaches = [{"name": name, "turns": dict.fromkeys(TURNS, "")} for name in ("Utara", "Timur")]
        for key, half, cars in (("v", begin, 30), ("w", begin + 3 * HOUR, 33)):
            survey = {"name": f"Survei {key}", "junction": "Veteran - Landak", "approaches": approaches}
            survey |= {"since": format_instant(half), "until": format_instant(half + HOUR)}
            (await ani.put(f"{MOBILITY}/surveys/{key}", json=survey)).raise_for_status()
            for approach in ("Utara", "Timur"):
                for number in range(3):
                    await count(ani, f"{approach}-{half}-{number}", approach, half + number * 5 * MINUTE, cars, key)
        known = (await ani.get(f"{MOBILITY}/junction-plans/veteran-landak/surveys")).json()
        assert ([each["key"] for each in known["surveys"]], known["timed"]) == (["v", "w"], False)
        path, asked = f"{MOBILITY}/junction-plans/veteran-landak/compared", {"before": "v", "after": "w", "lang": "en"}
        none = (await ani.get(path, params=asked)).raise_for_status().json()
        assert none["sections"] == [] and none["lead"]
        wish = {
            "junction": "veteran-landak",
            "name": "Simpang Veteran - Landak",
            "counted": "",
            "layout": layout(),
            "before": {"cycle": 89, "greens": [40, 40]},
            "counts": {"since": format_instant(begin), "until": format_instant(begin + HOUR)},
        }
        job = await ani.post(f"{OURS}/jobs", json={"service": "mobility", "job": "junction-plan", "input": wish})
        assert (await ended(ani, job.raise_for_status().json()["id"]))["state"] == "done"
        assert (await ani.get(f"{MOBILITY}/junction-plans/veteran-landak/surveys")).json()["timed"]
        told = (await ani.get(path, params=asked)).raise_for_status().json()
        assert told["sections"][0]["rows"][0]["cells"] == ["Utara", "72 → 72", "360 → 396", "0 → 0", "0 → 0"]
        assert told["figures"][3]["value"].startswith("89 → ")
        paper = await ani.get(path, params=asked, headers={"accept": "application/pdf"})
        pages = PdfReader(io.BytesIO(paper.raise_for_status().content)).pages
        assert "Computed, not measured" in " ".join("".join(page.extract_text() for page in pages).split())
        for wrong in ({"before": "w", "after": "v"}, {"before": "x"}):
            assert (await ani.get(path, params=asked | wrong)).status_code == 400


async def test_who_plans_a_survey_is_told_the_junctions_and_a_phone_where_its_own_lie(fresh: Opened) -> None:
    ani = fresh.client(cookie=await fresh.account("ani", Assignment(role="administrator")), link=PINISI_CONTEXT)
    async with ani:
        await fresh.account("tim", Assignment(role="surveyor"))
        known = (await ani.get(f"{MOBILITY}/surveys")).raise_for_status().json()["junctions"]
        assert {"id": "veteran-landak", "name": "Veteran - Landak", "place": None} in known
        entity = {
            "id": "urn:ngsi-ld:Junction:veteran-landak",
            "type": "Junction",
            "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [119.42, -5.16]}},
        }
        answer = await ani.post("/ngsi-ld/v1/entityOperations/upsert?options=update", json=[entity])
        assert answer.status_code < 300, answer.text
        now = fresh.house.now()
        survey = {"name": "S", "junction": "Veteran - Landak", "approaches": [{"name": "Utara", "turns": {"left": ""}}]}
        survey |= {"since": format_instant(now - HOUR), "until": format_instant(now + HOUR)}
        (await ani.put(f"{MOBILITY}/surveys/v", json=survey)).raise_for_status()
    async with fresh.client(cookie=await fresh.cookie("tim")) as tim:
        told = (await tim.get(f"{MOBILITY}/counting/surveys")).raise_for_status().json()
    assert (told["surveys"][0]["place"], told["junctions"]) == ([119.42, -5.16], [])


async def compared(ani: httpx.AsyncClient, asked: dict[str, Any]) -> dict[str, Any]:
    answer = await ani.post(f"{MOBILITY}/junction-plans/compared?lang=en", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ended(ani: httpx.AsyncClient, job: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        while True:
            told = (await ani.get(f"{OURS}/jobs/{job}")).json()
            if told["state"] not in ("queued", "running"):
                return told
            await asyncio.sleep(0.05)


async def count(ani: httpx.AsyncClient, key: str, approach: str, since: int, cars: int, survey: str = "v") -> None:
    """Five minutes: cars that go straight on, motorcycles that turn right or round."""
    taps = {"through": {"light": cars}, "right": {"motorcycle": 4}, "u-turn": {"motorcycle": 2}}
    wish = {"key": f"phone-{key}", "approach": approach, "turns": list(taps), "taps": taps}
    wish |= {"classes": ["motorcycle", "light", "heavy", "unmotorised"]}
    wish |= {"since": format_instant(since), "until": format_instant(since + 5 * MINUTE)}
    (await ani.post(f"{MOBILITY}/counting/surveys/{survey}/stretches", json=wish)).raise_for_status()
