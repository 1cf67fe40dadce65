"""An exercise worked by real keyboards: a house of its own, operators in browsers of their own, each key counted."""

import queue
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from patience import PATIENCE

ROOT = Path(__file__).parents[2]
OURS = "/pinisi/v1"


class DrillHouse:
    """`pinisi exercise makassar`, with the passwords that it prints."""

    def __init__(self, report: Path, *more: str) -> None:
        command = [sys.executable, "-m", "pinisi", "exercise", str(ROOT / "cities" / "makassar"), "--port", "0"]
        self.process = subprocess.Popen(
            [*command, "--report", str(report), *more],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1", "PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.report = report
        self.told: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._pump, daemon=True).start()
        self.address = self.wait(r"^(http://127\.0\.0\.1:\d+)$")
        self.wait(r"^Whoever leads")
        rows = re.findall(r"^  ([a-z0-9-]+) +((?:[a-z0-9]{4}-){4}[a-z0-9]{4})", "".join(self.told), re.M)
        self.passwords = dict(rows)

    def _pump(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def wait(self, pattern: str) -> str:
        """The first group of the line that comes."""
        until = time.monotonic() + 2 * PATIENCE
        while time.monotonic() < until:
            try:
                self.told.append(self._lines.get(timeout=0.25))
            except queue.Empty:
                if self.process.poll() is not None:
                    break
                continue
            if found := re.search(pattern, self.told[-1]):
                return found[found.lastindex or 0]
        raise AssertionError(f"nothing like {pattern} was printed:\n" + "".join(self.told))

    def seat(self, account: str) -> httpx.Client:
        """Somebody who is signed in, without a browser."""
        client = httpx.Client(base_url=f"{self.address}{OURS}/", timeout=PATIENCE)
        login = {"account": account, "password": self.passwords[account]}
        answer = client.post("login", json=login).raise_for_status()
        client.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
        return client

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Keyboard:
    """Counts what is pressed: letters that find something count, free text does not."""

    page: Page
    pressed: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed += 1
            self.page.keyboard.press(key)

    def type(self, letters: str) -> None:
        self.pressed += len(letters)
        self.page.keyboard.type(letters)

    def say(self, words: str) -> None:
        self.page.keyboard.type(words)

    def counted(self) -> int:
        """How many since the last time."""
        pressed, self.pressed = self.pressed, 0
        return pressed


@dataclass
class Call:
    """How a call is written down by keys: what finds its category and place, and what is said in free text."""

    category: str
    option: str
    place: str
    kelurahan: str
    spot: str = ""
    said: str = ""
    injured: str = ""
    kind: str = ""
    joins: str = ""


CALLS = {
    "blok-ac": Call("rumah", "Rumah tergenang", "katimb", "Katimbang", "Blok AC RT 8 RW 5", "air 35 cm di rumah"),
    "kotipa-14": Call("terjebak", "Warga terjebak", "katimb", "Katimbang", "Kotipa 14", "nenek terjebak, 50 cm"),
    "perum-maruki": Call("rumah", "Rumah tergenang", "sudiang r", "Sudiang Raya", "Perum Maruki", "30-60 cm"),
    "lanraki": Call("jalan t", "Jalan tergenang", "berua", "Berua", "Lanraki Lr 6", "20 cm, motor lewat"),
    "iseng": Call("", "", "", "", kind="F4"),
    "poros-paccerakkang": Call("jalan t", "Jalan tergenang", "berua", "Berua", "depan Ojolali", "10 cm, antre"),
    "toddopuli-10": Call("jalan t", "Jalan tergenang", "borong", "Borong", "Toddopuli 10", "10 cm, got penuh"),
    "tabrakan": Call("kecel", "Kecelakaan", "daya", "Daya", "Simpang Daya", "motor dan mobil, lampu mati", injured="2"),
    "bukit-batu": Call("jalan t", "Jalan tergenang", "antang", "Antang", "Bukit Batu RW 7", "10 cm"),
    "kotipa-lagi": Call("terjebak", "Warga terjebak", "katimb", "Katimbang", joins="Warga terjebak"),
}


@dataclass
class Desk:
    """An operator with a browser of his own."""

    house: DrillHouse
    account: str
    context: BrowserContext
    page: Page = field(init=False)
    keys: Keyboard = field(init=False)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.set_default_timeout(1_000 * PATIENCE)
        self.keys = Keyboard(self.page)
        login = {"account": self.account, "password": self.house.passwords[self.account]}
        assert self.page.request.post(f"{self.house.address}{OURS}/login", data=login).ok
        self.page.goto(f"{self.house.address}/?page=events")
        self.page.locator("stream-line .live").wait_for(state="attached")
        expect(self.page.locator("exercise-bar")).to_contain_text("LATIHAN")

    @property
    def room(self) -> Locator:
        return self.page.locator("incident-detail")

    def take_call(self, words: dict[str, str]) -> str:
        """`n`: the call that rings longest; which one it is, by what its caller says (words -> inject)."""
        calls, box = self.page.locator("call-desk"), self.page.get_by_role("combobox", name="Kejadian")
        taken_by_another = calls.get_by_text("sudah diterima orang lain")
        while True:
            expect(calls).to_contain_text("berdering")
            self.keys.press("n")
            expect(box.or_(taken_by_another)).to_be_visible()
            if box.is_visible():
                break
        expect(box).to_be_focused()
        said = self.page.locator("exercise-panel blockquote")
        expect(said).to_have_count(1)
        return words[said.inner_text()]

    def write_down(self, call: Call) -> None:
        """From the first letter to the saved call."""
        page, keys = self.page, self.keys
        if call.kind:
            keys.press(call.kind)
            expect(page.locator("call-form")).to_have_count(0)
            return
        keys.type(call.category)
        expect(page.get_by_role("option", name=call.option).first).to_be_visible()
        keys.press("Enter")
        expect(page.get_by_role("combobox", name="Di mana")).to_be_focused()
        keys.type(call.place)
        expect(page.get_by_role("option", name=call.kelurahan, exact=False).first).to_be_visible()
        keys.press("Enter")
        expect(page.get_by_label("Patokan")).to_be_focused()
        if call.joins:
            self._join(call.joins)
        else:
            keys.say(call.spot)
            keys.press("Enter")
            keys.say(call.said)
        if call.injured:
            keys.press("Enter")
            keys.type(call.injured)
        keys.press("Control+Enter")
        expect(page.locator("call-form")).to_have_count(0)

    def _join(self, title: str) -> None:
        """`F6` until the incident that it is about is chosen."""
        alike = self.page.locator(".alike button")
        expect(alike.filter(has_text=title).first).to_be_visible()
        wanted = [title in text for text in alike.all_inner_texts()].index(True)
        self.keys.press(*["F6"] * (wanted + 1))
        expect(alike.nth(wanted)).to_have_attribute("aria-pressed", "true")

    def state(self, word: str) -> None:
        expect(self.room.locator(".state")).to_contain_text(word)

    def own_and_triage(self) -> None:
        self.keys.press("a")
        self.state("Pemilik Operator")
        self.keys.press("t")
        expect(self.page.locator("act-fields")).to_be_visible()
        self.keys.press("Enter")
        self.state("Dipilah")

    def begin_procedure(self, words: str) -> None:
        """`g` to the procedure that is proposed, Enter starts it; then its first step has the focus."""
        expect(self.page.locator("incident-procedure .start").first).to_be_visible()
        self.keys.press("g", "Enter")
        expect(self.page.locator("procedure-step article:focus")).to_contain_text(words)
        expect(self.page.locator("procedure-run .exercise")).to_be_visible()

    def step(self, key: str = "Enter") -> None:
        """One key for the step in focus; until it is no longer open."""
        focused = self.page.locator("procedure-step article:focus")
        expect(focused).to_have_count(1)
        before = focused.get_attribute("aria-label")
        self.keys.press(key)
        self.page.wait_for_function(_MOVED_ON, arg=before)

    def follow_to_the_end(self) -> None:
        """Every step that is left: done; a question is answered with the second answer."""
        self.keys.press("g")
        expect(self.page.locator("procedure-step article:focus")).to_have_count(1)
        while self.page.locator("procedure-step article.open").count():
            asked = self.page.locator("procedure-step article:focus kbd", has_text="2").count()
            self.step("2" if asked else "Enter")
        expect(self.page.locator("procedure-run .about")).to_contain_text("Selesai")

    def send(self, unit: str) -> None:
        """`e` to the units, arrows to the one that is wanted, Enter sends it."""
        wanted = self.page.locator(f'[data-unit$="{unit}"]')
        expect(wanted).to_be_visible()
        self.keys.press("e")
        expect(self.page.locator("incident-units .unit:focus")).to_have_count(1)
        while not self.page.locator(f'incident-units .unit:focus[data-unit$="{unit}"]').count():
            self.keys.press("ArrowDown")
        self.keys.press("Enter")
        self.state("Dikirim")

    def send_agency(self) -> None:
        """`d`: the lead agency stands first."""
        self.keys.press("d")
        self.page.locator("act-fields select").wait_for()
        self.keys.press("Enter")
        self.state("Dikirim")

    def resolve(self, words: str) -> None:
        self.keys.press("r")
        self.page.locator("act-fields textarea").wait_for()
        self.keys.say(words)
        self.keys.press("Enter")
        self.state("Ditangani")

    def close(self, answered: str, reason: str) -> None:
        """The form asks how the caller was answered, then for the reason."""
        self.keys.press("c")
        self.page.locator("act-fields input").first.wait_for()
        self.keys.say(answered)
        self.keys.press("Enter")
        self.keys.say(reason)
        self.keys.press("Enter")
        self.state("Selesai")

    def note(self, words: str) -> None:
        self.keys.press("i")
        self.page.locator("act-fields textarea").wait_for()
        self.keys.say(words)
        self.keys.press("Enter")
        expect(self.room.locator("ol")).to_contain_text(words)

    def to_queue(self) -> None:
        while self.room.count():
            self.keys.press("Escape")
            self.page.wait_for_timeout(50)

    def find(self, title: str) -> None:
        """In the queue, to the row of that title."""
        row = self.page.locator("incident-row", has_text=title)
        expect(row).to_have_count(1)
        focused = self.page.locator("incident-row", has_text=title).locator("button:focus")
        for _ in range(30):
            self.keys.press("j")
            if focused.count():
                return
        raise AssertionError(f"{title} was not reached by j")


_MOVED_ON = """(before) => {
  const inside = (e) => [e, ...(e.shadowRoot ? seek(e.shadowRoot) : [])];
  const seek = (root) => [...root.querySelectorAll("*")].flatMap(inside);
  const steps = seek(document).filter((e) => e.localName === "article" && e.classList.contains("open"));
  return !steps.some((e) => e.getAttribute("aria-label") === before);
}"""


@dataclass
class Phone:
    """The crew's phone."""

    house: DrillHouse
    account: str
    context: BrowserContext
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.set_default_timeout(1_000 * PATIENCE)
        self.page.goto(f"{self.house.address}/crew")
        self.page.get_by_label("Akun").fill(self.account)
        self.page.get_by_label("Kata sandi").fill(self.house.passwords[self.account])
        self.page.get_by_role("button", name="Masuk").click()
        expect(self.page.locator("h1")).to_contain_text("Perahu Latihan 1")

    def goes_through_a_lost_signal(self) -> None:
        """Accepts and arrives while there is no line; both come through when it is back."""
        card = self.page.locator("article[data-incident]")
        expect(card).to_have_count(1)
        expect(card).to_contain_text("LATIHAN")
        self.context.set_offline(True)
        card.get_by_role("button", name="Terima").click()
        expect(self.page.get_by_role("status")).to_contain_text("1 menunggu dikirim")
        card.get_by_role("button", name="Tiba di lokasi").click()
        expect(self.page.get_by_role("status")).to_contain_text("2 menunggu dikirim")
        self.context.set_offline(False)
        expect(self.page.get_by_role("status")).to_have_text("Tersambung")

    def finishes(self) -> None:
        """Says what was done: it asks for the words."""
        card = self.page.locator("article[data-incident]")
        card.get_by_role("button", name="Selesai").click()
        card.get_by_label("Apa yang sudah dilakukan?").fill("Semua orang dijemput")
        card.locator("form button[type=submit]").click()
        expect(card.locator(".state")).to_contain_text("Selesai")


def desk(browser: Browser, house: DrillHouse, account: str) -> Desk:
    context = browser.new_context(viewport={"width": 1024, "height": 720}, color_scheme="dark", reduced_motion="reduce")
    return Desk(house, account, context)


def phone(browser: Browser, house: DrillHouse, account: str) -> Phone:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, locale="id-ID", service_workers="block"
    )
    return Phone(house, account, context)


def spoken(exercise: dict[str, Any]) -> dict[str, str]:
    """What each caller says in Indonesian -> id of its inject."""
    return {each["words"]["id"]: each["id"] for each in exercise["injects"] if each["words"]}


@dataclass
class Played:
    """`keys`: inject of a call -> keys besides free text; `chain`: those of one incident from taking it to its end."""

    keys: dict[str, int]
    chain: int
    seconds: float
    exercise: dict[str, Any]


def play_it_all(browser: Browser, house: DrillHouse) -> Played:
    """Three operators and a crew: ten calls, one incident to its end, the dead junction, the silent source."""
    began = time.monotonic()
    control = house.seat("kendali")
    words = spoken(control.get("exercise").json())
    desks = [desk(browser, house, f"operator-{number}") for number in (1, 2, 3)]
    crew = phone(browser, house, "regu-perahu")
    control.post("exercise", json={"act": "start"}).raise_for_status()
    keys: dict[str, int] = {}
    chain = 0
    while len(keys) < len(CALLS):
        each = desks[len(keys) % len(desks)]
        each.keys.counted()
        inject = each.take_call(words)
        each.write_down(CALLS[inject])
        keys[inject] = each.keys.counted()
        if inject == "kotipa-14":
            holder = each
            _send_the_boat(holder, crew)
            chain += holder.keys.counted()
    chain += _to_the_end(holder, desks[(desks.index(holder) + 1) % len(desks)], crew)
    _mind_the_rest(desks[0], desks[2])
    control.post("exercise", json={"act": "end"}).raise_for_status()
    for context in (*(each.context for each in desks), crew.context):
        context.close()
    return Played(keys, chain, time.monotonic() - began, control.get("exercise").json())


def _send_the_boat(holder: Desk, crew: Phone) -> None:
    holder.own_and_triage()
    holder.begin_procedure("Pastikan banjirnya")
    holder.step()
    holder.step("1")
    holder.send("latihan-perahu-1")
    crew.goes_through_a_lost_signal()


def _to_the_end(holder: Desk, verifier: Desk, crew: Phone) -> int:
    """From on scene to closed; keys of both."""
    holder.to_queue()
    holder.find("Warga terjebak")
    holder.keys.press("Enter")
    holder.state("Di lokasi")
    holder.follow_to_the_end()
    crew.finishes()
    holder.resolve("Keluarga dan nenek dijemput perahu")
    verifier.to_queue()
    verifier.keys.counted()
    verifier.find("Warga terjebak")
    verifier.keys.press("v")
    holder.state("Diverifikasi")
    holder.close("Kedua penelepon ditelepon balik", "Air surut")
    return holder.keys.counted() + verifier.keys.counted()


def _mind_the_rest(one: Desk, three: Desk) -> None:
    one.to_queue()
    one.find("Simpang Daya")
    one.keys.press("Enter")
    one.own_and_triage()
    one.send_agency()
    three.to_queue()
    three.find("Alat ukur genangan (latihan)")
    three.keys.press("Enter")
    three.keys.press("a")
    three.state("Pemilik Operator")
    three.note("Kedalaman ditanyakan kepada lurah lewat telepon")
