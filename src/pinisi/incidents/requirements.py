"""What each act has to say, whatever the state: words, ends, names. And how it is refused when it does not."""

from collections.abc import Mapping

from pinisi.incidents.acts import (
    Absorb,
    Accept,
    Act,
    Answer,
    Arrive,
    Assign,
    BreakGlass,
    Close,
    Deed,
    Finish,
    Hand,
    KeptApart,
    Merge,
    Note,
    Part,
    Refuse,
    Reject,
    Reopen,
    Resolve,
    Shelve,
    Suppress,
    Task,
    Triage,
    Unmerge,
    Withdraw,
    act_word,
)

TEXT_LIMIT = 4_000
MOST_INJURED = 100_000
LOWEST_PRIORITY = 5


class ActDoesNotFit(ValueError):
    """The act is impossible in the incident's state; the text says why and what to do."""


class SomebodyWasEarlier(ActDoesNotFit):
    """The incident changed between the look at it and the act; looked at again, the act may fit."""

    def __init__(self) -> None:
        super().__init__("somebody else was a moment earlier: look at the incident again")


class BadAct(ValueError):
    """The act lacks something; `field` names it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


NEEDS: Mapping[type[Deed], tuple[tuple[str, ...], ...]] = {
    Note: (("note",),),
    Hand: (("to", "to_name"),),
    Shelve: (("reason",),),
    Suppress: (("rule", "group"),),
    Assign: (("agency",),),
    Withdraw: (("agency",),),
    Accept: (("agency",),),
    Refuse: (("agency",), ("reason",)),
    Arrive: (("agency",),),
    Finish: (("agency",),),
    Resolve: (("note",),),
    Reject: (("reason",),),
    BreakGlass: (("reason",),),
    Answer: (("note", "reason"),),
    Close: (("reason", "outcome"),),
    Reopen: (("reason",),),
    Merge: (("into",),),
    Unmerge: (("reason",),),
    Absorb: (("of",),),
    Part: (("of",),),
    KeptApart: (("of",),),
    Task: (("task", "note"),),
}
"""Of each inner group one member has to be filled in; the first names the field."""


def check_needs(act: Act) -> None:
    """What the types cannot say.

    Raises:
        BadAct: a note without words, a closure without a reason, a shelf without an end ...
    """
    deed = act.deed
    for group in NEEDS.get(type(deed), ()):
        if not any(str(getattr(deed, name)).strip() for name in group):
            raise BadAct(group[0], f"{act_word(deed)} needs it")
    for field in deed.__struct_fields__:
        text = getattr(deed, field)
        if isinstance(text, str) and len(text) > TEXT_LIMIT:
            raise BadAct(field, f"at most {TEXT_LIMIT} characters")
    if isinstance(deed, Triage):
        _check_triage(deed)
    if isinstance(deed, Shelve) and deed.until <= act.at:
        raise BadAct("until", "has to be later than now: what is shelved comes back")
    if isinstance(deed, Close) and deed.outcome == "merged":
        raise BadAct("outcome", "prank or information; merging is an act of its own")


def _check_triage(deed: Triage) -> None:
    if not 1 <= deed.priority <= LOWEST_PRIORITY:
        raise BadAct("priority", f"from 1 (the highest) to {LOWEST_PRIORITY}")
    if not 0 <= deed.injured <= MOST_INJURED:
        raise BadAct("injured", f"from 0 to {MOST_INJURED}")
