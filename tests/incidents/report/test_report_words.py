"""The words of a report: complete in three languages, with moments and spans as each language writes them."""

from datetime import UTC, datetime
from typing import get_args

import pytest
from report_at_hand import flood_report, tongue

from pinisi.city.text import LANGUAGES, Language
from pinisi.incidents.acts import AnyDeed, Became, Outcome, Role, act_word
from pinisi.incidents.clocks import ClockName
from pinisi.incidents.notices.contact import Channel as NoticeChannel
from pinisi.incidents.procedures.run import RunActName, RunState, StepState
from pinisi.incidents.record import SentState
from pinisi.incidents.report.after_action import Kept, Lacking
from pinisi.incidents.report.document import Document
from pinisi.incidents.report.told import told
from pinisi.incidents.report.wording import words
from pinisi.incidents.states import STATES, Channel, Severity

NEEDED = {
    "acts": [act_word(deed()) for deed in get_args(AnyDeed)],
    "did": get_args(RunActName),
    "states": STATES,
    "severities": get_args(Severity),
    "channels": get_args(Channel),
    "ways": get_args(NoticeChannel),
    "became": [became for became in get_args(Became) if became],
    "clocks": get_args(ClockName),
    "sent": get_args(SentState),
    "roles": get_args(Role),
    "steps": get_args(StepState),
    "runs": get_args(RunState),
    "missing": get_args(Lacking),
    "differences": get_args(Kept),
    "outcomes": [outcome for outcome in get_args(Outcome) if outcome],
}
AT = datetime(2022, 5, 27, 6, 32, 5, tzinfo=UTC)


def paper(language: Language) -> Document:
    return told(flood_report(), tongue(language), "Ruang Kendali Kota")


@pytest.mark.parametrize("group", NEEDED)
def test_there_are_words_for_all_that_can_happen(group: str) -> None:
    assert set(NEEDED[group]) - set(words()[group]) == set()


@pytest.mark.parametrize(
    ("language", "when", "clock", "span"),
    [
        ("id", "27 Mei 2022 14.32 WITA", "14.32.05", "2 jam 30 menit"),
        ("en", "27 May 2022 14:32 WITA", "14:32:05", "2 h 30 min"),
        ("ja", "2022年5月27日 14:32 WITA", "14:32:05", "2時間30分"),
    ],
)
def test_moments_and_spans_are_written_as_the_language_writes_them(
    language: Language, when: str, clock: str, span: str
) -> None:
    in_it = tongue(language)
    assert (in_it.moment(AT), in_it.clock(AT), in_it.span(9000)) == (when, clock, span)


def test_a_span_has_at_most_two_units_that_stand_side_by_side() -> None:
    spans = {0: "0 s", 59: "59 s", 60: "1 min", 3601: "1 h", 90_061: "1 d 1 h", -125: "2 min 5 s"}
    assert {seconds: tongue("en").span(seconds) for seconds in spans} == spans


@pytest.mark.parametrize(
    ("language", "sentence", "late"),
    [
        ("id", "Yang pertama tiba di lokasi setelah 41 menit.", "7 menit terlambat"),
        ("en", "The first were on the scene after 41 min.", "7 min after the target"),
        ("ja", "最初の到着は41分後。", "目標より7分遅い"),
    ],
)
def test_the_story_is_told_in_a_few_sentences_and_the_difference_in_words(
    language: Language, sentence: str, late: str
) -> None:
    document = paper(language)
    assert sentence in document.lead
    assert [(figure.value, figure.note, figure.tone) for figure in document.figures][2][1:] == (late, "late")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_is_left_where_words_should_stand(language: Language) -> None:
    document = paper(language)
    said = [cell for part in document.sections for row in part.rows for cell in (*row.cells, row.under)]
    codes = {"onScene", "not-ours:city", "bpbd", "flood", "houses", "by-hand", "triage"}
    assert not [words for words in said if codes & set(words.replace("·", " ").split())]


def test_a_report_that_comes_before_the_end_says_that_it_is_an_interim_one() -> None:
    document = told(flood_report([]), tongue("en"), "City War Room")
    assert document.lead.startswith("Interim report")
    assert document.figures[0].value == "not yet"
