"""A short playbook that shows everything one can hold, and ways to change a line of it."""

from pinisi.incidents.procedures.playbook import Playbook
from pinisi.incidents.procedures.reading import BadPlaybook, Known, parse_playbook

KNOWN = Known(
    agencies=frozenset({"bpbd", "damkar", "pln"}), categories=frozenset({"flood", "flood/houses", "fire", "power"})
)
SMALL = """\
id: small
version: 3
title: {id: Banjir, en: Flood, ja: 洪水}
purpose: {id: Selamatkan orang, en: Save people, ja: 人命を守る}
sources:
  - title: Buku Saku
    publisher: BNPB
    year: 2017
start: by-person
when:
  category: [flood]
steps:
  - id: confirm
    text: {id: Pastikan, en: Confirm, ja: 確認する}
    owner: operator
    due: 10m
    escalate: {after: 15m, to: supervisor}
    skip: no
    check:
      type: FloodReport
      attribute: floodDepth
      is: at-least
      value: 70
      unit: CMT
      near: 2km
      newer: 3h
      then: tick
      text: {id: Air dalam, en: Deep water, ja: 深い}
  - id: ask
    text: {id: Tanya, en: Ask, ja: 尋ねる}
    owner: operator
    decision:
      question: {id: Terjebak?, en: Trapped?, ja: 取り残されているか}
      answers:
        - id: yes-trapped
          text: {id: Ya, en: "Yes", ja: はい}
          to: [rescue]
        - id: no-trapped
          text: {id: Tidak, en: "No", ja: いいえ}
  - id: rescue
    text: {id: Selamatkan, en: Rescue, ja: 救助する}
    owner: bpbd
    due: 20m
    escalate: {after: 30m, to: supervisor}
    message:
      channel: whatsapp
      to: bpbd
      text: {id: "Perahu ke {place}", en: "Boats to {place}", ja: "{place} へボート"}
  - id: power
    text: {id: Listrik, en: Power, ja: 電気}
    owner: pln
    after: [confirm]
    action: power.switch-off
  - id: finish
    text: {id: Selesai, en: Finish, ja: 終了}
    owner: operator
    after: [ask, rescue, power]
"""


def small(text: str = SMALL) -> Playbook:
    return parse_playbook(text.encode(), "small.yaml", KNOWN)


def with_line(old: str, new: str) -> str:
    assert SMALL.count(old) == 1, f"{old!r} stands {SMALL.count(old)} times"
    return SMALL.replace(old, new)


def faults_of(text: str, known: Known = KNOWN) -> list[str]:
    """What is wrong, as it is printed; none when nothing is."""
    try:
        parse_playbook(text.encode(), "small.yaml", known)
    except BadPlaybook as error:
        return [str(fault) for fault in error.faults]
    return []


def line_of(text: str, words: str) -> int:
    """The number of the line that holds these words."""
    return text[: text.index(words)].count("\n") + 1
