"""Exercise Makassar by keyboards alone, in real browsers: how many keys a call costs, and how the room did.

Three operators and a crew's phone, the ten listed calls, the dead junction, the silent source; the script is played
twenty times as fast as a room would, so that keys are counted and not people's thinking.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from statistics import mean

from playwright.sync_api import expect, sync_playwright

from figure import figure

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "screen")]

from exercise_by_keys import CALLS, DrillHouse, Played, play_it_all  # noqa: E402

FIGURES = ("incidents.exercise.",)
FLAGS = ("--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
SPEED = 20
MOST_KEYS = 45
PATIENCE_MS = 120_000


def main() -> None:
    expect.set_options(timeout=PATIENCE_MS)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        house = DrillHouse(Path(folder) / "report", "--speed", str(SPEED))
        program = shutil.which("chromium") or shutil.which("chromium-headless-shell")
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            tell(play_it_all(browser, house))
        finally:
            browser.close()
            house.stop()


def tell(played: Played) -> None:
    calls = ", ".join(f"{inject} {keys}" for inject, keys in played.keys.items())
    note = f"{len(CALLS)} listed calls, besides free text: {calls}"
    figure("incidents.exercise.keys_max", max(played.keys.values()), "keys/call", f"at most {MOST_KEYS}", note)
    figure("incidents.exercise.keys_mean", mean(played.keys.values()), "keys/call", f"at most {MOST_KEYS}", note)
    chain = "taken, triaged, 17 steps of the procedure, a boat sent, resolved, verified by another, answered, closed"
    figure("incidents.exercise.keys_chain", played.chain, "keys/incident", "", chain)
    pace = f"script of 15 minutes at {SPEED} times its speed; scripted hands do not think"
    figure("incidents.exercise.minutes", played.seconds / 60, "min", "15 min for people", pace)
    score = played.exercise["score"]
    judged = sum(score[state] for state in ("met", "late", "wrong", "missed"))
    failed = f"late {score['late']}, wrong {score['wrong']}, missed {score['missed']}"
    figure("incidents.exercise.met", score["met"], "expectations", f"of {judged}", failed)


if __name__ == "__main__":
    main()
