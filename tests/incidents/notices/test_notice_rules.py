"""`notices.toml`: what it may say, and each mistake by file and field; quiet hours and levels, computed."""

from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notices_at_hand import local, makassar

from pinisi.city.errors import CityError
from pinisi.city.notices import NONE, OCCASIONS, PLACES, NoticeRule, Notices, read_notices
from pinisi.city.operations import read_operations
from pinisi.city.text import LANGUAGES, strange_place
from pinisi.incidents.notices.contact import Contact, ContactWish, Quiet, check_address, quiet_until
from pinisi.incidents.notices.happening import Happening, fits, notice_of
from pinisi.incidents.notices.links import is_ours, read_token, token_of
from pinisi.incidents.notices.planning import Timing, begun, escalated
from pinisi.incidents.notices.wording import _words, told
from pinisi.incidents.requirements import BadAct
from pinisi.vocabulary.instant import DAY, MINUTE

MAKASSAR = makassar().folder
ZONE = ZoneInfo("Asia/Makassar")


def faults(tmp_path: Path, text: str) -> tuple[str, str]:
    (tmp_path / "notices.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CityError) as told:
        read_notices(tmp_path, read_operations(MAKASSAR))
    assert str(tmp_path / "notices.toml") in str(told.value)
    return told.value.field, str(told.value)


A = '{id="a",en="a",ja="a"}'


def rule(rest: str) -> str:
    return f'[[rules]]\nid = "a"\non = "assigned"\nto = ["agency"]\n{rest}\n'


@pytest.mark.parametrize(
    ("text", "field", "reason"),
    [
        (rule('then = ["supervisor"]'), "rules[0].then", "answer_minutes"),
        (rule("priorities = [6]"), "rules[0].priorities[0]", "<= 5"),
        (rule('categories = ["war"]'), "rules[0].categories", "'war'"),
        (rule('clocks = ["accept"]'), "rules[0].clocks", "overdue"),
        (rule("stage = 3"), "rules[0].stage", "stage alone"),
        (rule("late_minutes = 3"), "rules[0].late_minutes", "overdue"),
        (rule('whom = "damkar"'), "rules[0].whom", "unknown field"),
        (rule("") + rule(""), "rules[1].id", "twice"),
        ('[[rules]]\nid = "a"\non = "assigned"\nto = []', "rules[0].to", "nobody"),
        ('[[rules]]\nid = "a"\non = "assigned"\nto = ["named"]', "rules[0].to", "'named'"),
        ('[[rules]]\nid = "a"\non = "stage"\nto = ["bpdb"]', "rules[0].to", "'bpdb'"),
        ('[[rules]]\nid = "a"\non = "stage"\nto = ["bpbd"]\npriorities = [1]', "rules[0].priorities", "neither"),
        ('[[rules]]\nid = "a"\non = "birthday"\nto = ["bpbd"]', "rules[0].on", "birthday"),
        (
            '[words.stage]\ntitle = {id="{caller}",en="a",ja="a"}\ntext = {id="a",en="a",ja="a"}',
            "words.stage.title",
            "{caller}",
        ),
        ("[bundle]\nmost = 0", "bundle.most", ">= 1"),
        ("[[rules", "", "TOML"),
    ],
)
def test_a_mistake_names_its_file_and_field(tmp_path: Path, text: str, field: str, reason: str) -> None:
    found, said = faults(tmp_path, text)
    assert found == field
    assert reason in said


def test_a_city_without_the_file_tells_nobody_and_makassar_has_a_rule_for_every_occasion(tmp_path: Path) -> None:
    assert read_notices(tmp_path, read_operations(MAKASSAR)) is NONE
    assert {each.on for each in makassar().notices.rules} == set(OCCASIONS) - {"test"}


def test_every_occasion_has_words_in_three_languages_that_ask_only_for_what_is_known() -> None:
    words = _words().words
    assert set(words) == set(OCCASIONS)
    for occasion, wording in words.items():
        for text in (wording.title, wording.text):
            assert strange_place(text, PLACES[occasion]) is None
            assert all(getattr(text, language).strip() for language in LANGUAGES)


@pytest.mark.parametrize("occasion", OCCASIONS)
def test_what_is_not_known_says_so_and_an_exercise_says_it_first(occasion: str) -> None:
    happening = msgspec.convert({"key": "k", "on": occasion, "at": 0, "words": {}, "exercise": True}, Happening)
    title, text = told(happening, NONE)
    assert (title.id[:7], title.en[:8], title.ja[:4]) == ("LATIHAN", "EXERCISE", "【訓練】")
    assert text.id.startswith("LATIHAN, bukan kejadian sungguhan.")
    assert "{" not in title.id + text.id
    assert "(not known yet)" in text.en


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("email", "nobody"),
        ("email", "a@b\r\nBcc: c@d"),
        ("email", "ä@example.org"),
        ("mqtt", "city/#"),
        ("mqtt", "$SYS/broker"),
        ("apprise", "not a url"),
        ("webhook", "http://a/\x00"),
    ],
)
def test_what_cannot_be_an_address_is_refused_with_the_reason(channel: str, address: str) -> None:
    with pytest.raises(BadAct, match="address"):
        check_address(channel, address)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-26 21:59", "2026-11-26 21:59"),
        ("2026-11-26 22:00", "2026-11-27 06:00"),
        ("2026-11-27 05:59", "2026-11-27 06:00"),
        ("2026-11-27 06:00", "2026-11-27 06:00"),
    ],
)
def test_quiet_hours_end_in_the_morning_of_the_city(now: str, until: str) -> None:
    night = Quiet(begin="22:00", until="06:00")
    assert quiet_until(night, local(now), ZONE) == local(until)


HOUR = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


@given(begin=HOUR, until=HOUR, now=st.integers(0, 40_000 * DAY))
def test_quiet_hours_never_last_longer_than_a_day_and_end_when_nobody_is_quiet(
    begin: str, until: str, now: int
) -> None:
    quiet = Quiet(begin=begin, until=until)
    end = quiet_until(quiet, now, ZONE)
    assert now <= end <= now + DAY
    assert begin == until or quiet_until(quiet, end, ZONE) == end


@given(text=st.text(max_size=60), key=st.binary(min_size=32, max_size=32))
def test_only_a_link_that_was_made_with_the_key_of_its_tenant_is_taken(text: str, key: bytes) -> None:
    parts = read_token(text)
    assert parts is None or not is_ours(key, *parts)
    made = read_token(token_of(key, "makassar", "m1"))
    assert made is not None and is_ours(key, *made)
    assert not is_ours(key, "jakarta", *made[1:])
    assert not is_ours(key[::-1] + b"x", *made)


CONTACTS = st.lists(
    st.builds(
        Contact,
        key=st.uuids().map(str),
        groups=st.sets(st.sampled_from(["damkar", "bpbd", "supervisor"]), min_size=1).map(tuple),
        level=st.integers(1, 9),
        channel=st.just("email"),
        language=st.just("id"),
        exercises=st.booleans(),
        since=st.integers(0, 20),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(book=CONTACTS, exercise=st.booleans(), at=st.integers(0, 20))
def test_escalated_to_its_end_everybody_who_may_hear_of_it_was_told_once_and_nobody_else(
    book: list[Contact], exercise: bool, at: int
) -> None:
    rule = NoticeRule(id="r", on="assigned", to=("agency",), then=("supervisor",), answer_minutes=5)
    happening = Happening(key="k", on="assigned", at=at, words={}, agency="damkar", exercise=exercise)
    title, text = told(happening, NONE)
    assert fits(rule, happening)
    notice, owed = begun(notice_of(rule, happening, title, text), book, Timing(now=at, zone=ZONE))
    all = list(owed)
    while notice.state == "asks":
        notice, owed = escalated(notice, book, Timing(now=notice.next_at, zone=ZONE))
        all += owed
    meant = {each.key: each for each in book if {"damkar", "supervisor"} & set(each.groups)}
    may = {key for key, each in meant.items() if each.since <= at and (each.exercises or not exercise)}
    assert sorted(each.contact for each in all) == sorted(may)
    assert notice.state == ("unheard" if may else "nobody")
    assert [each.due for each in all] == sorted(each.due for each in all)
    assert len({each.key for each in all}) == len(all)


def test_who_was_told_five_times_in_ten_minutes_waits_until_the_first_is_ten_minutes_ago() -> None:
    contact = Contact(key="c", groups=("damkar",), level=1, channel="email", language="id")
    happening = Happening(key="k", on="withdrawn", at=0, words={}, agency="damkar", priority=3)
    rule = NoticeRule(id="r", on="withdrawn", to=("agency",))
    notice = notice_of(rule, happening, *told(happening, Notices()))
    now = local("2026-11-26 14:00")
    lately = {"c": [now - minutes * MINUTE for minutes in (9, 7, 5, 3, 1)]}
    _, (owed,) = begun(notice, [contact], Timing(now=now, zone=ZONE, lately=lately))
    assert owed.due == now + MINUTE
    urgent = msgspec.structs.replace(notice, priority=2)
    assert begun(urgent, [contact], Timing(now=now, zone=ZONE, lately=lately))[1][0].due == now


def test_a_contact_is_read_as_it_is_written() -> None:
    quiet = b'"quiet":{"from":"22:00","until":"06:00"}'
    body = b'{"name":"P","groups":["damkar"],"channel":"email","address":"a@b.id",' + quiet + b"}"
    wish = msgspec.json.decode(body, type=ContactWish)
    assert wish.quiet == Quiet(begin="22:00", until="06:00", except_=2)
    assert msgspec.json.decode(msgspec.json.encode(wish), type=ContactWish) == wish
