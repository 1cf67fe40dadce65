"""What people read of the engines' decisions."""

from typing import get_args

import msgspec
from happenings_at_hand import at, grouped, real_events

from pinisi.incidents.grouping.flood_control import FloodControl, Notice
from pinisi.incidents.grouping.grouping import Grouping, Joined, Why
from pinisi.incidents.grouping.rules import LANGUAGES, default_rules
from pinisi.incidents.grouping.wording import why_joined, why_noticed


def test_every_reason_to_join_has_words_in_three_languages() -> None:
    for why in get_args(Why):
        told = why_joined(Joined("b", "a", why, 0.5, "a", 249.6, 5_400))
        assert set(told) == set(LANGUAGES)
        assert all("{" not in words for words in told.values())


def test_the_words_name_distance_and_time() -> None:
    told = why_joined(grouped(at("a"), at("b", north_m=250, minutes=90))[1])
    assert told["en"] == "250 m and 90 minutes from another event of this group"


def test_every_decision_on_a_real_flood_has_words() -> None:
    rules = default_rules()
    assert rules.load is not None
    grouping, control = Grouping(rules), FloodControl(rules.load)
    notices: list[Notice] = []
    for event in real_events():
        notices += control.due(event.at)
        notices.append(control.take(event, grouping.add(event, event.at), grouping.family_of("flood"), event.at))
    told = {why_noticed(notice, rules.load)["id"] for notice in notices}
    assert "Alarm baru: yang pertama di sekitar sini" in told
    assert "Bagian dari kejadian di dekatnya yang sudah memanggil operator" in told


def test_what_waits_says_for_how_long_operators_are_spared() -> None:
    load = msgspec.structs.replace(default_rules().load, minutes=15.0)  # pyright: ignore[reportArgumentType]
    notice = Notice(0, "a", "a", "waits", "busy", "first")
    assert why_noticed(notice, load)["ja"] == "順番待ち：全担当者が直近 15 分以内に警報を受けた"


def test_a_further_call_of_a_group_is_told_as_one() -> None:
    load = default_rules().load
    assert load is not None
    told = why_noticed(Notice(0, "a", "a", "called-again", "graver", "graver", 1), load)
    assert told["en"] == "Calls again: it has become graver"
