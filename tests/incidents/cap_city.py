"""A warning as Makassar would give it."""

from pathlib import Path

from pinisi.city.profile import load_profile
from pinisi.incidents.cap.compose import Envelope, Sender, Warned, Wording
from pinisi.incidents.cap.drawing import area_of_places
from pinisi.vocabulary.instant import parse_instant

MAKASSAR = load_profile(Path(__file__).parents[2] / "cities" / "makassar")
SENDER = Sender("warnings@makassar.example.org", "BPBD Kota Makassar", "Asia/Makassar")
NOW = parse_instant("2026-02-16T15:50:00Z")
LATER = parse_instant("2026-02-16T21:00:00Z")
WORDS = {
    "id": Wording(
        "Banjir",
        "Banjir di Manggala",
        "Air di Manggala naik hingga setinggi lutut.",
        "Pindahkan kendaraan & barang; jangan lewati air, walau < 30 cm.",
    ),
    "en": Wording("Flood", "Flood in Manggala", "The water in Manggala is knee-high.", "Move to high ground."),
    "ja": Wording("洪水", "マンガラ地区で洪水", "マンガラ地区の水位が膝の高さです。", "高い所へ移動してください。"),
}


def warned(*names: str) -> Warned:
    areas = [area for area in MAKASSAR.areas if area.name in (names or ("Manggala",)) and area.level == "kelurahan"]
    return Warned(
        words=WORDS,
        category="Met",
        urgency="Immediate",
        severity="Severe",
        certainty="Observed",
        responses=("Avoid",),
        areas=(area_of_places(areas),),
        onset=NOW,
        expires=LATER,
        web="https://makassar.example.org/w/1",
        contact="112",
    )


def envelope(**changes: object) -> Envelope:
    return Envelope(**{"identifier": "id.makassar.2026.1", "sent": NOW, **changes})  # pyright: ignore[reportArgumentType]
