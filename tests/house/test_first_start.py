"""The first start at an address that others reach: an administrator, a one-time password, printed once."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from patience import PATIENCE
from pinisi.cli import main

ROOT = Path(__file__).parents[2]
CHOSEN = "kapal layar di laut lepas"


class Server:
    """A small city served to everybody at this machine's addresses."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "pinisi", "run", "city", "--host", "0.0.0.0", "--port", "0"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        self._said = folder / "said.txt"
        with self._said.open("w") as said:
            self._process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=said, text=True
            )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip().replace("0.0.0.0", "127.0.0.1")

    def stop(self) -> str:
        """What it said on standard error."""
        self._process.terminate()
        self._process.wait(PATIENCE)
        return self._said.read_text()

    def said(self) -> str:
        return self._said.read_text()

    def sign_in(self, **body: str) -> tuple[int, str]:
        """Status, and the cookie or what was refused."""
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.url}/pinisi/v1/login", json.dumps(body).encode(), headers)
        try:
            with urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.headers["set-cookie"]
        except HTTPError as error:
            return error.code, json.loads(error.read())["title"]

    def status_of_accounts(self, cookie: str) -> int:
        request = Request(f"{self.url}/pinisi/v1/accounts", headers={"Cookie": cookie.partition(";")[0]})
        try:
            with urlopen(request, timeout=PATIENCE) as answer:
                return answer.status
        except HTTPError as error:
            return error.code


@pytest.fixture
def city(tmp_path: Path) -> Path:
    assert main(["new-city", str(tmp_path / "city"), "--id", "gowa", "--name", "Gowa"]) == 0
    return tmp_path


def test_the_password_is_printed_once_and_good_for_choosing_ones_own(city: Path) -> None:
    server = Server(city)
    try:
        found = re.search(r"account +admin\n +one-time password +(\S+)\n", server.said())
        assert found is not None
        assert server.sign_in(account="admin", password=found[1]) == (409, "Choose a password")
        status, cookie = server.sign_in(account="admin", password=found[1], new=CHOSEN)
        assert (status, "Secure" in cookie) == (200, True)
        assert server.status_of_accounts(cookie) == 200
        assert server.status_of_accounts("") == 401
        assert server.sign_in(account="admin", password=found[1])[0] == 401
    finally:
        server.stop()
    later = Server(city)
    assert later.sign_in(account="admin", password=CHOSEN)[0] == 200
    assert "one-time" not in later.stop()
