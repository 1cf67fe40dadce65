"""A real war room, a real browser: the server runs as a process of its own, the console in Chromium."""

import itertools
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from loaded_city import MAKASSAR, lay_out
from patience import PATIENCE
from ports import free_port

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src/pinisi/console/static/index.html"
expect.set_options(timeout=1_000 * PATIENCE)
SHORT = {("id", "dark"), ("en", "light")}
LOOKS = [
    pytest.param(*look, id="-".join(look), marks=() if look in SHORT else pytest.mark.long)
    for look in itertools.product(("id", "en", "ja"), ("dark", "light"))
]
"""Every language and theme: two pairs in `make test`, all six in `make test-long`."""
LOOKS_OF_A_PART = [LOOKS[0], *(pytest.param(*look.values, id=look.id, marks=pytest.mark.long) for look in LOOKS[1:])]
"""For pages made of parts that `test_access` looks at in both pairs: one in `make test`."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WITHOUT_WEBGL = "--disable-3d-apis"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever opens a browser is a test of the screen: among others its loop would be in the way of theirs."""
    for item in items:
        if "browsers" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.screen)


class WarRoom:
    """The server of a city on a port of its own; it can be stopped and started again on the same port and data."""

    def __init__(self, data: Path, city: Path = MAKASSAR, packages: Path | None = None, **more: str) -> None:
        """`packages`: a folder of further packages, as if they were installed; `more`: environment variables."""
        self.data = data
        self.path = [str(ROOT / "src"), *([str(packages)] if packages is not None else [])]
        self.more = more
        self.city = city
        self.address = ""
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        assert STATIC.is_file(), "the console is not built: run `make install`"
        lay_out(self.data, self.city)
        port = urlsplit(self.address).port or free_port()
        command = [
            sys.executable,
            "-m",
            "pinisi",
            "run",
            str(self.city),
            "--port",
            str(port),
            "--data",
            str(self.data),
        ]
        environment = os.environ | self.more | {"PYTHONPATH": os.pathsep.join(self.path), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.address = self._announced(self.process)

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _announced(self, process: subprocess.Popen[str]) -> str:
        """The address that the server prints when it is ready."""
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_pump, args=(process, lines), daemon=True).start()
        told: list[str] = []
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                told.append(lines.get(timeout=0.25))
            except queue.Empty:
                if process.poll() is not None:
                    break
                continue
            if found := re.match(r"http://127\.0\.0\.1:\d+", told[-1]):
                return found[0]
        raise AssertionError("the war room did not open:\n" + "".join(told))


def _pump(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)


class Witness:
    """Hears what a page should never do: errors in its console, requests to another host."""

    def __init__(self, page: Page, address: str) -> None:
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.host = urlsplit(address).netloc
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.complaints.append(message.text)

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != self.host:
            self.strangers.append(request.url)


def chromium() -> str:
    """The headless shell where it is installed: the same engine, and a page costs it a third of the time."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    assert found is not None, "no Chromium on this machine: scripts/browser.sh brings it"
    return found


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    with WarRoom(tmp_path_factory.mktemp("war-room")) as room:
        yield room


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarRoom]:
    """A war room of one file's own: it gets accounts."""
    with WarRoom(tmp_path_factory.mktemp("quarters") / "data") as room:
        yield room


@pytest.fixture
def war_room(house: WarRoom) -> WarRoom:
    """The running war room; opened again when a test before has left it stopped."""
    if house.process is None or house.process.poll() is not None:
        house.start()
    return house


@pytest.fixture(scope="session")
def browsers() -> Iterator[Callable[[bool], Browser]]:
    """Opens the browser that draws the map, or the one that cannot; each once."""
    with sync_playwright() as playwright:

        @cache
        def opened(draws: bool) -> Browser:
            flags = FLAGS if draws else (*FLAGS, WITHOUT_WEBGL)
            return playwright.chromium.launch(executable_path=chromium(), args=list(flags))

        yield opened


def _draws(node: pytest.Item | pytest.Collector) -> bool:
    return node.get_closest_marker("drawn") is not None


@pytest.fixture(scope="module")
def browser(browsers: Callable[[bool], Browser], request: pytest.FixtureRequest) -> Browser:
    """With the map where the module is marked `drawn`: software draws it here, which takes half of a page's time."""
    return browsers(_draws(request.node))


@pytest.fixture
def context(browsers: Callable[[bool], Browser], request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """With the map where the test, or its module, is marked `drawn`."""
    browser = browsers(_draws(request.node))
    made = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme="dark", reduced_motion="reduce")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    opened = context.new_page()
    opened.set_default_timeout(1_000 * PATIENCE)
    return opened


def open_console(page: Page, room: WarRoom, address: str = "/") -> None:
    """Opens the console at an address and waits until its first picture and the stream are there."""
    page.goto(room.address + address)
    page.locator("stream-line .live").wait_for(state="attached")


def raise_incident(page: Page, room: WarRoom, title: str) -> str:
    """Reports an event over the console's own interface, as a drill that says so; its id."""
    body = {
        "title": title,
        "severity": "caution",
        "location": [119.4386, -5.158],
    }
    answer = page.request.post(f"{room.address}/pinisi/v1/incidents", data=body)
    assert answer.status == 201, answer.text()
    return str(answer.json()["id"])
