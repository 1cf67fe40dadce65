"""A hand-over note: what is open goes into it, two persons sign it, and its content cannot change between them."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from report_at_hand import STORY, flood_case, flood_run, makassar, moment, tongue

from pinisi.incidents.queue import Case
from pinisi.incidents.report.after_action import moment as day
from pinisi.incidents.shift.handover import Handover, Situation, SourceLine, StageLine, handover
from pinisi.incidents.shift.note import NoteDoesNotFit, ShiftNote, Signed, replaced, signed, written
from pinisi.incidents.shift.told import told

AT = datetime(2022, 5, 27, 15, 0, tzinfo=UTC)
SITI = Signed(by="account:siti", name="Siti", at=AT, words="Pompa Antang masih dipinjam\nTelepon PLN jam 7")
BUDI = Signed(by="account:budi", name="Budi", at=AT, words="Diterima")


def situation(*cases: Case, **more: Any) -> Situation:
    usual: dict[str, Any] = {
        "open": [(case, "Tello Baru") for case in cases],
        "open_count": len(cases),
        "shelved": [],
        "suppressed": 3,
        "verified": [],
        "sources": [SourceLine(id="urn:s", title={"id": "BMKG", "en": "BMKG"}, state="silent", last_message=AT)],
        "runs": [],
        "stage": StageLine(level=0),
        "operations": makassar().operations,
        "position": 4711,
    }
    return Situation(**usual | more)


def flood(minutes: int = 20) -> tuple[Case, Handover]:
    """The flood after its first five acts, as it is handed over some minutes after its beginning."""
    case, _ = flood_case(STORY[:5])
    return case, handover(situation(case, runs=[flood_run(case.entity.id)]), moment(minutes))


def note() -> ShiftNote:
    return written("000001", flood()[1], SITI)


def test_an_open_incident_is_handed_over_with_its_owner_and_the_clock_that_ends_next() -> None:
    (line,) = flood()[1].open
    assert (line.priority, line.owner, line.area, line.state) == (2, "Siti", "Tello Baru", "dispatched")
    assert (line.due_at, line.late) == (day(moment(9)), True)
    assert flood(8)[1].open[0].late is False


def test_the_gravest_stands_first() -> None:
    grave, _ = flood_case(STORY[:5])
    usual, _ = flood_case([])
    lines = handover(situation(usual, grave), moment(20)).open
    assert [line.priority for line in lines] == [2, 0]


def test_callers_who_wait_are_a_number_and_nothing_else() -> None:
    case, _ = flood_case(STORY[:5])
    waits = msgspec.structs.replace(case, record=msgspec.structs.replace(case.record, caller=True))
    assert handover(situation(waits, case), moment(20)).unanswered == 1


def test_a_broken_glass_stays_in_it_until_somebody_has_looked_at_it() -> None:
    case, _ = flood_case(STORY[:9])
    broken = msgspec.structs.replace(case.record, glass="Sendirian malam ini", verified_name="Siti")
    reviewed = msgspec.structs.replace(broken, reviewed_at=moment(300))
    cases = [msgspec.structs.replace(case, record=record) for record in (broken, reviewed, case.record)]
    (line,) = handover(situation(verified=cases), moment(200)).glasses
    assert (line.by, line.reason) == ("Siti", "Sendirian malam ini")


def test_a_procedure_is_handed_over_with_how_far_it_is() -> None:
    (line,) = flood()[1].procedures
    assert (line.title.en, line.over, line.of, line.paused) == ("Flood", 2, 17, False)


def test_who_comes_signs_and_nobody_signs_for_himself() -> None:
    done = signed(note(), BUDI)
    assert (done.state, done.comes, done.digest) == ("signed", BUDI, note().digest)
    with pytest.raises(NoteDoesNotFit, match="another person"):
        signed(note(), SITI)
    with pytest.raises(NoteDoesNotFit, match="signed already"):
        signed(done, BUDI)
    with pytest.raises(NoteDoesNotFit, match="newer note"):
        signed(replaced(note()), BUDI)


def test_the_digest_changes_with_every_word_and_every_number() -> None:
    other = msgspec.structs.replace(SITI, words="Tidak ada")
    digests = {note().digest, written("000001", flood()[1], other).digest, written("000001", flood(21)[1], SITI).digest}
    assert len(digests) == 3
    assert note().digest == written("000002", flood()[1], SITI).digest


def test_a_note_is_kept_and_read_back_as_it_was() -> None:
    kept = msgspec.json.encode(signed(note(), BUDI))
    assert msgspec.json.decode(kept, type=ShiftNote) == signed(note(), BUDI)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("id", ("Serah terima regu jaga", "Kejadian terbuka", "Menyerahkan", "belum ditetapkan", "2 dari 17", "diam")),
        ("en", ("Shift hand-over", "Open events", "Hands over", "not set", "2 of 17", "silent")),
        ("ja", ("当直の引き継ぎ", "未完了の事案", "引き継ぐ人", "未設定", "17件中2件", "無応答")),
    ],
)
def test_the_note_is_told_in_three_languages(language: Any, said: tuple[str, ...]) -> None:
    document = told(note(), tongue(language), "Ruang Kendali Kota", AT)
    text = msgspec.json.encode(document).decode()
    assert [words for words in said if words not in text] == []
    assert "Pompa Antang masih dipinjam" in text
    assert [signature.name for signature in document.signatures] == ["Siti", ""]
