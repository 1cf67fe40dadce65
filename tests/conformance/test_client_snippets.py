"""The programs of docs/how-to/use-the-broker.md are run as they stand there, and print what stands below them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from patience import PATIENCE

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "use-the-broker.md"
_BLOCK = re.compile(r"```(sh|python|js)\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)
PROGRAMS = {found[1]: (found[2], found[3]) for found in _BLOCK.finditer(PAGE.read_text(encoding="utf-8"))}
RUNNERS = {
    "sh": (["sh", "-eu"], "snippet.sh"),
    "python": ([sys.executable], "snippet.py"),
    "js": (["node"], "snippet.mjs"),
}


def test_every_program_of_the_page_says_what_it_prints() -> None:
    assert set(PROGRAMS) == set(RUNNERS)
    blocks = re.findall(r"```(\w+)", PAGE.read_text(encoding="utf-8"))
    assert len(blocks) == 2 * len(PROGRAMS)


@pytest.mark.parametrize("language", sorted(RUNNERS))
def test_a_program_runs_and_prints_what_the_page_says(language: str, server: str, tmp_path: Path) -> None:
    command, name = RUNNERS[language]
    if shutil.which(command[0]) is None or (language == "sh" and shutil.which("curl") is None):
        pytest.skip(f"{command[0]} or curl is not installed")
    program, printed = PROGRAMS[language]
    (tmp_path / name).write_text(program, encoding="utf-8")
    environment = {**os.environ, "BROKER": server.rstrip("/"), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    done = subprocess.run(
        [*command, name],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout == printed, done.stderr
    assert done.returncode == 0, done.stderr
