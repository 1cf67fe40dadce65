"""The programs of the pages for developers are run as they stand there, and print what stands below them."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mosquitto import OPEN, Mosquitto
from patience import PATIENCE
from ports import free_port

PAGES = [Path(__file__).parents[2] / "docs" / "how-to" / f"{name}.md" for name in ("use-the-broker", "broker-recipes")]
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"```(sh|python|js)\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)
RUNNERS = {
    "sh": (["sh", "-eu"], "snippet.sh"),
    "python": ([sys.executable], "snippet.py"),
    "js": (["node"], "snippet.mjs"),
}
Program = tuple[str, str, str]
"""Language, text, what it prints."""


def _programs() -> Iterator[tuple[str, Program]]:
    for page in PAGES:
        _, *parts = _HEADING.split(page.read_text(encoding="utf-8"))
        for heading, text in zip(parts[::2], parts[1::2], strict=True):
            for language, program, printed in _BLOCK.findall(text):
                yield f"{heading}-{language}", (language, program, printed)


PROGRAMS = dict(_programs())


@pytest.fixture(scope="module")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an MQTT broker."""
    folder = tmp_path_factory.mktemp("mosquitto")
    with asyncio.Runner() as runner:
        made = Mosquitto(folder, OPEN)
        runner.run(made.start())
        yield f"mqtt://127.0.0.1:{made.port}"
        runner.run(made.stop())


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_every_program_of_a_page_says_what_it_prints(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(re.findall(r"```(\w+)", text)) == 2 * len(_BLOCK.findall(text)) > 0


def test_each_recipe_is_told_in_each_language() -> None:
    """But for receivers, which curl cannot be, and MQTT, for which a browser has no library."""
    told = {name.rpartition("-")[0] for name in PROGRAMS} - {"curl", "Python", "JavaScript"}
    missing = {f"{name}-{language}" for name in told for language in RUNNERS} - set(PROGRAMS)
    assert missing == {"Be told of changes-sh", "Be told over MQTT-sh", "Be told over MQTT-js"}


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_a_program_runs_and_prints_what_the_page_says(
    name: str, server: str, partner_address: str, mosquitto: str, tmp_path: Path
) -> None:
    language, program, printed = PROGRAMS[name]
    command, file = RUNNERS[language]
    if shutil.which(command[0]) is None or (language == "sh" and shutil.which("curl") is None):
        pytest.skip(f"{command[0]} or curl is not installed")
    (tmp_path / file).write_text(program, encoding="utf-8")
    around = {"BROKER": server, "PARTNER": partner_address, "MQTT": mosquitto, "PORT": str(free_port())}
    done = subprocess.run(
        [*command, file],
        cwd=tmp_path,
        env={**os.environ, **around, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout == printed, done.stderr
    assert done.returncode == 0, done.stderr
