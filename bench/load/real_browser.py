"""A real console in headless Chromium: what its screen state holds and when, its frames, its memory."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

WIDTH, HEIGHT = 1280, 720
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

WATCH = """
(() => {
  const dispatch = EventTarget.prototype.dispatchEvent;
  EventTarget.prototype.dispatchEvent = function (event) {
    if (event.type === 'change' && this.tables && this.incidents) window.liveStore = this;
    return dispatch.call(this, event);
  };
})();
"""
"""The live store is no part of the page's surface: it gives itself away by telling its listeners of a change."""

FOLLOW = """
([layer, key]) => {
  const known = new Map();
  window.seen = [];
  const look = () => {
    const now = Date.now();
    for (const row of liveStore.tables.get(layer)?.rows.values() ?? []) {
      const value = row.cells[key];
      if (known.get(row.id) === value) continue;
      if (known.has(row.id)) window.unframed.push([row.id, value, now, now]);
      known.set(row.id, value);
    }
  };
  const framed = () => {
    const now = Date.now();
    for (const note of window.unframed.splice(0)) window.seen.push([note[0], note[1], note[2], now]);
    owed = false;
  };
  window.unframed = [];
  look();
  let owed = false;
  liveStore.addEventListener('change', () => {
    look();
    if (owed) return;
    owed = true;
    requestAnimationFrame(() => setTimeout(framed));
  });
}
"""
"""Notes each value: [entity, value, when the screen state held it, when a frame could show it], in milliseconds."""

PICTURES = """
(() => {
  window.pictures = 0;
  const draw = WebGL2RenderingContext.prototype.drawArrays;
  WebGL2RenderingContext.prototype.drawArrays = function (mode, first, count) {
    if (mode === this.POINTS && count > 1000) window.pictures += 1;
    return draw.call(this, mode, first, count);
  };
})();
"""
"""Counts how often the movers are drawn: a frame of the page in which they stand still is none of theirs."""

FRAMES = """
(seconds) => new Promise((done) => {
  const stamps = [];
  const tick = (at) => {
    stamps.push(at);
    if (at - stamps[0] < seconds * 1000) requestAnimationFrame(tick);
    else done(stamps);
  };
  requestAnimationFrame(tick);
})
"""


@contextmanager
def console(address: str, *, theme: str = "dark") -> Iterator[Page]:
    """The console of a running server at 1280x720, its first picture drawn and its stream live."""
    program = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-headless-shell")
    if program is None:
        sys.exit("there is no Chromium on this machine: see scripts/browser.sh")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        # The waits of the bench are evaluated in the page, which the console's own policy forbids.
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme=theme,  # type: ignore[arg-type]
            bypass_csp=True,
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: print(f"page error: {error}", file=sys.stderr))
        page.add_init_script(WATCH)
        page.add_init_script(PICTURES)
        page.goto(address)
        page.locator("stream-line .live").wait_for(state="attached")
        page.locator("city-map canvas").first.wait_for(state="attached")
        yield page
        browser.close()


def heap_mb(cdp: CDPSession) -> float:
    """Megabytes of live JavaScript objects, after two collections."""
    for _ in range(2):
        cdp.send("HeapProfiler.collectGarbage")
    metrics: list[dict[str, Any]] = cdp.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "JSHeapUsedSize") / 1e6


def frame_rate(stamps: list[float]) -> tuple[float, float]:
    """Frames a second over the whole time, and over its slowest second."""
    whole = (len(stamps) - 1) / (stamps[-1] - stamps[0]) * 1000
    slowest = min(sum(1 for other in stamps if at <= other < at + 1000) for at in stamps if at + 1000 <= stamps[-1])
    return whole, float(slowest)


def browser_seconds() -> float:
    """User and system time so far of all processes of the browser that this process has started."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = int(fields[1])
                used[int(folder.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(seconds for pid, seconds in used.items() if pid in ours and _is_browser(pid))


def _is_browser(pid: int) -> bool:
    with suppress(OSError):
        return b"chromium" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
    return False
