"""Two junctions keep step: offsets found, shown with what they save, ordered by RSMP over real sockets, given back."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from atcs_hall import LONG, HallLine, QuickClock, Watched

from pinisi.city.profile import load_profile
from pinisi.runtime.action import NotDone, Situation
from pinisi.services.mobility.atcs.arterial_actions import ArterialOffsets, offsets_safety, set_offsets
from pinisi.services.mobility.atcs.arterial_layout import read_arterial
from pinisi.services.mobility.atcs.control_source import Options, make
from pinisi.services.mobility.atcs.duty import on_duty
from pinisi.services.mobility.atcs.layout import LayoutError, Plot, read_layout
from pinisi.services.mobility.atcs.room import ControlRoom
from pinisi.services.mobility.rsmp.site.cabinet import Cabinet
from pinisi.services.mobility.rsmp.site.site import Site
from pinisi.services.mobility.rsmp.site.street import Street
from pinisi.services.mobility.rsmp.site.traffic import Counted
from pinisi.vocabulary.instant import SECOND

FOLDER = Path(__file__).parent / "atcs"
PLOTS = [read_layout(FOLDER / name) for name in ("crossing.toml", "second.toml")]
BY_JUNCTION = {plot.junction.id: plot for plot in PLOTS}
ID = "urn:ngsi-ld:SignalArterial:ahmad-yani-street"
ARTERIAL = "SignalArterial:ahmad-yani-street"


class Corridor(Watched):
    """`cabinets` in the order of the arterial; `busy`: whether vehicles are counted."""

    def __init__(self, room: ControlRoom, line: HallLine) -> None:
        super().__init__(room, line)
        self.sites: list[Site] = []
        self.cabinets: list[Cabinet] = []
        self.busy = True

    def offsets(self) -> list[int]:
        """As RSMP has them, of plan 1."""
        return [cabinet.state.offsets.get(1, 0) for cabinet in self.cabinets]


@asynccontextmanager
async def corridor(codes: tuple[str, str] = ("2222", "2222"), place: bytes | None = None) -> AsyncGenerator[Corridor]:
    clock, pace = QuickClock(20.0), 20.0
    line = HallLine(clock, "2222", place)
    layout = read_arterial(FOLDER / "arterial.toml", BY_JUNCTION)
    room = ControlRoom(line, PLOTS, 2, at_most_every=0.02, times=LONG, tick=0.01, arterials=[layout])
    hall = Corridor(room, line)
    for plot, code in zip(PLOTS, codes, strict=True):
        cabinet = Cabinet(Street(site=plot.layout.site, junction=plot.junction, detectors=5, counts=True), clock())
        cabinet.state.started -= 20 * SECOND
        cabinet.state.codes[2] = code
        hall.cabinets.append(cabinet)
        hall.sites.append(Site(plot.layout.site, cabinet, clock, None, LONG, reconnect=0.1))
    tasks = [
        asyncio.create_task(part)
        for part in (hall.listen(), *map(_connected(hall), hall.sites), _count(hall, clock, pace))
    ]
    with on_duty(room):
        try:
            await hall.until(lambda: room.seats and all(seat.post.running_plan for seat in room.seats.values()))
            yield hall
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert [end for end in ends if end is not None and not isinstance(end, asyncio.CancelledError)] == []


def _connected(hall: Corridor) -> Callable[[Site], Awaitable[None]]:
    async def connect(site: Site) -> None:
        await hall.until(lambda: hall.room.supervisor.port)
        await site.run("127.0.0.1", hall.room.supervisor.port)

    return connect


async def _count(hall: Corridor, clock: QuickClock, pace: float) -> None:
    """A vehicle each five seconds enters the farthest zone of each lane."""
    while True:
        await asyncio.sleep(0.5 / pace)
        start = (clock() // SECOND - 1) * SECOND
        came = 1 if hall.busy and start // SECOND % 5 == 0 else 0
        counted = {number: Counted(vehicles=came if number in (2, 4) else 0, occupancy=0) for number in range(1, 6)}
        for site, cabinet in zip(hall.sites, hall.cabinets, strict=True):
            if start > cabinet.counted:
                cabinet.traffic.second(start, counted)
                site.look()


def run(talk: Callable[[Corridor], Awaitable[None]], codes: tuple[str, str] = ("2222", "2222")) -> None:
    async def whole() -> None:
        async with corridor(codes) as hall:
            await talk(hall)

    asyncio.run(whole())


def offsets(which: str) -> ArterialOffsets:
    return ArterialOffsets(arterial=ID, offsets=which)  # pyright: ignore[reportArgumentType]


def against(hall: Corridor, which: str = "wanted") -> list[str]:
    target = hall.entities[ID]
    return [text.en for text in offsets_safety(offsets(which), Situation(now=0, targets={ID: target}))]


def test_offsets_are_found_shown_ordered_and_given_back() -> None:
    async def talk(hall: Corridor) -> None:
        await hall.until(lambda: hall.value(ARTERIAL, "bandOutWanted") == 25)
        assert (hall.value(ARTERIAL, "bandOut"), hall.value(ARTERIAL, "bandBack")) == (0, 0)
        await hall.until(lambda: hall.value(ARTERIAL, "offsetsVerdict") == "better")
        assert hall.value(ARTERIAL, "shadowGain") > 30
        assert hall.entities[ID]["shadowGain"]["method"]["value"] == "modelled"
        assert against(hall) == []
        assert hall.offsets() == [0, 0]
        said = await set_offsets(offsets("wanted"), "urn:command:1")
        assert (said[0]["bandOut"]["value"], said[0]["bandBack"]["value"]) == (25, 25)
        assert hall.offsets() == [0, 30]
        await hall.until(lambda: hall.value(ARTERIAL, "offsetsVerdict") == "same")
        await hall.until(lambda: hall.value("SignalPlan:slamet-riyadi-1", "cycleOffset") == 30)
        assert [text for text in against(hall) if "run already" in text]
        assert against(hall, "stored") == []
        await set_offsets(offsets("stored"), "urn:command:2")
        assert hall.offsets() == [0, 0]

    run(talk)


def test_offsets_that_were_ordered_outlive_a_restart_of_the_house() -> None:
    async def twice() -> None:
        async with corridor() as hall:
            await hall.until(lambda: hall.value(ARTERIAL, "bandOutWanted") == 25)
            await set_offsets(offsets("wanted"), "urn:command:1")
            await hall.until(lambda: hall.line.place is not None and b'"offset":30' in hall.line.place)
            place = hall.line.place
        async with corridor(place=place) as again:
            await again.until(lambda: again.value(ARTERIAL, "bandOut") == 25)

    asyncio.run(twice())


def test_where_one_controller_refuses_all_stay_as_they_were() -> None:
    async def talk(hall: Corridor) -> None:
        await hall.until(lambda: hall.value(ARTERIAL, "bandOutWanted") == 25)
        hall.cabinets[0].state.offsets[1] = 0
        with pytest.raises(NotDone, match="Incorrect security code"):
            await set_offsets(offsets("wanted"), "urn:command:1")
        assert hall.offsets() == [0, 0]
        assert all(seat.post.ordered.offset is None for seat in hall.room.seats.values())

    run(talk, ("2222", "0000"))


def test_nothing_is_ordered_where_nobody_counts_or_a_junction_does_not_run_its_plan() -> None:
    async def talk(hall: Corridor) -> None:
        hall.busy = False
        await hall.until(lambda: hall.value(ARTERIAL, "bandOutWanted") == 25)
        assert "not been counted for long enough" in against(hall)[0]
        hall.cabinets[1].state.plan = 2
        await hall.until(lambda: "slamet-riyadi: runs plan 2, not 1" in str(hall.value(ARTERIAL, "offsetsFault")))
        with pytest.raises(NotDone, match="runs plan 2, not 1"):
            await set_offsets(offsets("wanted"), "urn:command:1")
        hall.sites[0].cut(60)
        await hall.until(lambda: "ahmad-yani: no link" in str(hall.value(ARTERIAL, "offsetsFault")))

    run(talk)


def test_an_arterial_that_nobody_runs_is_not_ordered() -> None:
    with pytest.raises(NotDone, match="No signal control here runs this arterial"):
        asyncio.run(set_offsets(offsets("wanted"), "urn:command:1"))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("was", "now", "reason"),
    [
        ("speed = 12.5", "speed = 0", "speed: "),
        ("speed = 12.5", "spede = 12.5", "spede"),
        ('junction = "slamet-riyadi"', 'junction = "elsewhere"', r"junctions\[1\].junction: 'elsewhere' is none of"),
        ('junction = "slamet-riyadi"', 'junction = "ahmad-yani"', "'ahmad-yani' is given twice"),
        ("metres = 375", "", r"junctions\[1\].metres: is needed"),
        ('out = "north"', 'out = "west"', "group 'west' has no green in plan 1"),
        ("speed = 12.5", "speed = ", "is no valid TOML"),
    ],
)
def test_an_arterial_that_does_not_fit_is_told_by_file_and_field(
    tmp_path: Path, was: str, now: str, reason: str
) -> None:
    text = (FOLDER / "arterial.toml").read_text("utf-8")
    assert was in text
    (tmp_path / "arterial.toml").write_text(text.replace(was, now), "utf-8")
    with pytest.raises(LayoutError, match=rf"arterial\.toml: .*{reason}"):
        read_arterial(tmp_path / "arterial.toml", BY_JUNCTION)


def test_signals_of_different_cycles_or_without_offsets_cannot_keep_step() -> None:
    import msgspec

    second = PLOTS[1]
    other = Plot(msgspec.structs.replace(second.layout, plan="2"), second.junction)
    with pytest.raises(LayoutError, match="no common cycle: 60, 90 s"):
        read_arterial(FOLDER / "arterial.toml", BY_JUNCTION | {"slamet-riyadi": other})
    spoken = read_layout(FOLDER / "crossing_ntcip.toml")
    with pytest.raises(LayoutError, match="the controller of 'ahmad-yani' takes no offset"):
        read_arterial(FOLDER / "arterial.toml", BY_JUNCTION | {"ahmad-yani": spoken})


def test_the_source_reads_arterials_beside_its_junctions() -> None:
    makassar = load_profile(Path(__file__).parents[3] / "cities" / "makassar")
    junctions = (str(FOLDER / "crossing.toml"), str(FOLDER / "second.toml"))
    assert make(Options(junctions=junctions, arterials=(str(FOLDER / "arterial.toml"),)), makassar).id
    with pytest.raises(ValueError, match="'slamet-riyadi' is none of the junctions of this source"):
        make(Options(junctions=junctions[:1], arterials=(str(FOLDER / "arterial.toml"),)), makassar)
    with pytest.raises(ValueError, match="the id 'ahmad-yani-street' is given twice"):
        make(Options(junctions=junctions, arterials=(str(FOLDER / "arterial.toml"),) * 2), makassar)
