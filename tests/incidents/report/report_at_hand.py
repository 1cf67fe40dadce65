"""One flood in Makassar from the first call to the end, retold by the real life cycle, with the real procedure."""

from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pinisi.city.areas import AreaIndex
from pinisi.city.profile import Profile, load_profile
from pinisi.city.text import Language
from pinisi.incidents import acts
from pinisi.incidents.acts import Act, AnyDeed
from pinisi.incidents.clocks import due_at
from pinisi.incidents.incident import Raised, incident_entity
from pinisi.incidents.life_cycle import after, begun
from pinisi.incidents.procedures.playbook import Playbook
from pinisi.incidents.procedures.run import Run, RunAct
from pinisi.incidents.procedures.run import after as stepped
from pinisi.incidents.procedures.run import begun as started
from pinisi.incidents.procedures.shelf import known_of, read_shelf
from pinisi.incidents.queue import Case
from pinisi.incidents.report.after_action import AfterAction, Sources, after_action
from pinisi.incidents.report.wording import Tongue
from pinisi.vocabulary.instant import MINUTE, Instant, parse_instant

ROOT = Path(__file__).parents[3]
BEGIN = parse_instant("2022-05-27T06:32:00Z")
"""14.32 in Makassar on the day of the flood points of its disaster agency."""
POINT = (119.4697, -5.1466)
Deeds = list[tuple[float, str, AnyDeed]]
"""Minutes after the beginning, who, what."""

STORY: Deeds = [
    (1, "siti", acts.Take()),
    (
        3,
        "siti",
        acts.Triage(priority=2, category="flood", subcategory="houses", injured=1, lead="bpbd", note="Air sepinggang"),
    ),
    (4, "siti", acts.Assign(agency="bpbd", unit="BPBD-2", role="lead")),
    (5, "siti", acts.Assign(agency="bbpjn")),
    (9, "bbpjn", acts.Refuse(agency="bbpjn", reason="not-ours:city")),
    (7, "bpbd", acts.Accept(agency="bpbd", unit="BPBD-2")),
    (41, "bpbd", acts.Arrive(agency="bpbd", unit="BPBD-2")),
    (95, "siti", acts.Note(note="Tiga keluarga dibawa ke SD Inpres Antang")),
    (150, "siti", acts.Resolve(note="Pompa bekerja, air turun 40 cm")),
    (175, "budi", acts.Verify(note="Dilihat lewat kamera Antang")),
    (180, "budi", acts.Close(reason="Warga sudah pulang")),
]
LATE = 95
"""The note of this minute was written on paper, and entered twenty minutes later."""


@cache
def makassar() -> Profile:
    return load_profile(ROOT / "cities" / "makassar")


def tongue(language: Language) -> Tongue:
    return Tongue(language, ZoneInfo("Asia/Makassar"), "WITA")


def moment(minutes: float) -> Instant:
    return BEGIN + round(minutes * MINUTE)


def flood_case(story: Deeds = STORY, *, exercise: bool = False) -> tuple[Case, list[Act]]:
    """The incident after its story, and the story."""
    raised = Raised(
        id="urn:ngsi-ld:Incident:0f2c7a5e-9a3b-4c1d-8e6f-3a1b2c3d4e5f",
        title={"id": "Banjir di Jl. Antang Raya", "en": "Flood on Jl. Antang Raya", "ja": "アンタン・ラヤ通りの浸水"},
        severity="danger",
        kind="by-hand",
        location={"type": "Point", "coordinates": list(POINT)},
        exercise=exercise,
        begins="open",
        channel="call",
        caller=False,
    )
    told = [Act(deed=raised.deed(0), at=BEGIN, by="account:ani", name="Ani")]
    record = begun(told[0], 1)
    for minutes, who, deed in story:
        late = moment(minutes + 20) if minutes == LATE else 0
        asked = "priority" if isinstance(deed, acts.Resolve) else ""
        act = Act(deed=deed, at=moment(minutes), by=f"account:{who}", name=who.title(), entered_at=late, asked=asked)
        record = after(record, act)
        told.append(act)
    due = due_at(record, makassar().operations.targets)
    return Case(incident_entity(raised, record, due, BEGIN), ("73.71.12",), record, 4711), told


def flood_run(incident: str) -> tuple[Run, Playbook]:
    """The city's flood procedure: its first step done, one skipped with a reason, the rest open."""
    profile = makassar()
    playbook = read_shelf(profile.folder, known_of(profile.operations)).by_id["flood"]

    def act(name: str, minutes: float, **more: str) -> RunAct:
        return RunAct(act=name, at=moment(minutes), by="account:siti", name="Siti", **more)  # pyright: ignore

    run = started("run-1", incident, playbook, act("start", 2), drill=False)
    run = stepped(run, playbook, act("done", 3, step="confirm", words="Lurah membenarkan"))
    skippable = next(step for step in playbook.steps if step.skippable and run.progress(step.id).state == "open")
    return stepped(run, playbook, act("skip", 6, step=skippable.id, words="Tidak ada jalan lain")), playbook


def flood_report(
    story: Deeds = STORY, *, exercise: bool = False, now: float = 200, followed: bool = True
) -> AfterAction:
    case, told = flood_case(story, exercise=exercise)
    runs = [flood_run(case.entity.id)] if followed else []
    sources = Sources(
        case=case,
        story=told,
        operations=makassar().operations,
        runs=runs,
        area=", ".join(area.name for area in reversed(AreaIndex(makassar().areas).at(*POINT)[-2:])),
        location=POINT,
    )
    return after_action(sources, moment(now))
