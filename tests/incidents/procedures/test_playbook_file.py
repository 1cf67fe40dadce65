"""A playbook's file: what it says is understood, what is wrong is told with file, line, field and reason."""

from itertools import pairwise

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from playbook_at_hand import KNOWN, SMALL, faults_of, line_of, small, with_line

from pinisi.incidents.procedures.reading import BadPlaybook, Known, parse_playbook
from pinisi.incidents.procedures.yaml_lines import Faults, Fields, Listing, Node, Scalar, read_lines


def test_a_playbook_is_understood() -> None:
    playbook = small()
    assert (playbook.id, playbook.version, playbook.title.ja) == ("small", 3, "洪水")
    assert [step.id for step in playbook.steps] == ["confirm", "ask", "rescue", "power", "finish"]
    confirm, ask, rescue, power, _ = playbook.steps
    assert (confirm.due, confirm.skippable) == (600, False)
    assert confirm.escalation is not None and (confirm.escalation.after, confirm.escalation.to) == (900, "supervisor")
    assert confirm.check is not None and (confirm.check.near, confirm.check.newer) == (2000, 10_800)
    assert ask.decision is not None and [answer.id for answer in ask.decision.answers] == ["yes-trapped", "no-trapped"]
    assert rescue.message is not None and rescue.message.text.en == "Boats to {place}"
    assert str(power.action) == "power.switch-off"


def test_a_step_comes_after_the_one_before_it_unless_it_says_otherwise_or_an_answer_leads_to_it() -> None:
    after = {step.id: step.after for step in small().steps}
    assert after["confirm"] == ()
    assert after["ask"] == ("confirm",)
    assert after["rescue"] == ()
    assert small().leading["rescue"] == (("ask", "yes-trapped"),)


@pytest.mark.parametrize(
    ("old", "new", "words", "reason"),
    [
        ("version: 3", "version: three", "version", "version: 'three': a whole number from 1"),
        ("version: 3", "versoin: 3", "versoin", "versoin: there is no such field here"),
        ("    due: 10m", "    due: ten minutes", "due: ten", "steps[0].due: 'ten minutes': a time as 90s, 15m"),
        ("    due: 10m", "    due: 31d", "due: 31d", "at most 30d"),
        ("en: Flood, ja: 洪水", "en: Flood", "title: {id: Banjir", "title.ja: is missing"),
        ("after: [confirm]", "after: [confirmed]", "confirmed]", "steps[3].after: there is no step 'confirmed'"),
        ("to: [rescue]", "to: [resuce]", "resuce]", "there is no step 'resuce'"),
        ("owner: pln", "owner: pnl", "owner: pnl", "'pnl' is neither an agency of operations.toml nor one of operator"),
        ("category: [flood]", "category: [floods]", "floods]", "'floods' is no category of operations.toml"),
        ("to: bpbd", "to: bdpb", "to: bdpb", "steps[2].message.to: 'bdpb'"),
        ("near: 2km", "near: two", "near: two", "a distance as 500m or 2.5km"),
        ("is: at-least", "is: more", "is: more", "'more' is not among equal, above, at-least, below, at-most"),
        ("value: 70", "value: deep", "value: deep", "a number is expected with `is: at-least`"),
        ("then: tick", "then: call", "then: call", "'call' is not among tick, warn"),
        ("action: power.switch-off", "action: switch off", "action: switch", "a command as SERVICE.COMMAND"),
        ('"Boats to {place}"', '"Boats to {plcae}"', 'text: {id: "Perahu', "{plcae} is not among"),
        ("year: 2017", "year: soon", "year: soon", "sources[0].year: 'soon'"),
        ("id: power\n", "id: ask\n", "id: ask\n    text: {id: Listrik", "there is a step 'ask' already, in line"),
        ("start: by-person", "start: at-once", "start: at-once", "'at-once' is not among by-person, automatic"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_field_and_reason(old: str, new: str, words: str, reason: str) -> None:
    text = with_line(old, new)
    told = [fault for fault in faults_of(text) if reason in fault]
    assert told and told[0].startswith(f"small.yaml:{line_of(text, words)}: ")


def test_all_faults_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = SMALL.replace("due: 10m", "due: x").replace("owner: pln", "owner: pnl").replace("year: 2017", "year: 17")
    lines = [int(fault.split(":")[1]) for fault in faults_of(text)]
    assert lines == sorted(lines) and len(lines) == 3


def test_a_circle_of_steps_is_named() -> None:
    text = with_line("    after: [confirm]\n", "    after: [finish]\n")
    assert any("go in a circle: " in fault and "power" in fault for fault in faults_of(text))


def test_a_step_that_no_combination_of_answers_opens_is_named() -> None:
    """It follows the answer `no`, and comes after a step that only `yes` leads to."""
    text = with_line("ja: いいえ}\n", "ja: いいえ}\n          to: [lost]\n") + (
        "  - id: lost\n    text: {id: A, en: A, ja: A}\n    owner: operator\n    after: [rescue]\n"
    )
    line = line_of(text, "id: lost")
    assert faults_of(text) == [f"small.yaml:{line}: step lost: no answer leads to it and what it comes after"]


def test_a_decision_cannot_be_skipped_or_ticked_by_a_check() -> None:
    text = with_line("    decision:\n", "    skip: yes\n    decision:\n")
    assert any("a decision cannot be skipped" in fault for fault in faults_of(text))


def test_a_file_has_the_name_of_its_playbook() -> None:
    with pytest.raises(BadPlaybook, match=r"has to be called small\.yaml"):
        parse_playbook(SMALL.encode(), "other.yaml", KNOWN)


def test_a_city_without_lists_of_agencies_and_categories_may_name_any() -> None:
    text = with_line("owner: pln", "owner: electricity-board")
    assert faults_of(text, Known()) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &x [1]\nb: *x\n", "anchors and aliases"),
        ("a: !!python/object:os.system x\n", "tags (!) are not used here"),
        ("a: 1\na: 2\n", "a: stands twice: first in line 1"),
        ("a: 1\n---\nb: 2\n", "a second document begins here"),
        ("%YAML 1.1\n---\na: 1\n", "directives (%)"),
        ("a: [1, 2\n", "is no YAML"),
        ("a:\n\t- 1\n", "is no YAML"),
        ("a: " + "[" * 40 + "]" * 40, "nested deeper than 12"),
        ("- " + "a: x\n- " * 12_000, "more than 20000 values"),
        ("", "is empty"),
    ],
)
def test_what_nobody_needs_in_a_procedure_is_refused(text: str, reason: str) -> None:
    assert any(reason in fault for fault in faults_of(text))


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    names = "abcdefghi"
    bomb = "a: &a [x, x]\n" + "".join(f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in pairwise(names))
    assert any("anchors and aliases" in fault for fault in faults_of(bomb))


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    with pytest.raises(BadPlaybook, match=r"small\.yaml:2: is not UTF-8"):
        parse_playbook(b"id: small\nversion: \xff\n", "small.yaml", KNOWN)


def plain(node: Node | None) -> object:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    return {name: plain(entry.value) for name, entry in node.entries.items()} if isinstance(node, Fields) else None


KEYS = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff"), max_size=12)
VALUES = st.recursive(
    TEXTS.map(str.strip).filter(bool),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(KEYS, inner, min_size=1, max_size=3),
    max_leaves=10,
)


@given(document=st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), flow=st.booleans())
@settings(max_examples=150)
def test_what_another_library_writes_is_read_as_it_was_meant(document: dict[str, object], flow: bool) -> None:
    faults = Faults("any.yaml")
    text = yaml.safe_dump(document, allow_unicode=True, default_flow_style=flow)
    read = plain(read_lines(text.encode(), faults))
    if not any("nested deeper" in fault.reason for fault in faults.all):
        assert (read, faults.all) == (document, ())


@given(st.integers(0, len(SMALL)), st.integers(0, 6), st.text(max_size=6))
@settings(max_examples=150)
def test_any_damage_is_understood_or_told_with_a_reason(at: int, cut: int, put: str) -> None:
    text = SMALL[:at] + put + SMALL[at + cut :]
    try:
        parse_playbook(text.encode("utf-8", "replace"), "small.yaml", KNOWN)
    except BadPlaybook as error:
        assert error.faults and all(fault.reason for fault in error.faults)
