"""What can be done with an incident: one typed deed each, and the act that says who did it when.

An act is one line of the incident's story. It holds all that its consequence rests upon, so that a story retells the
record whatever the city's rules say by then.
"""

from collections.abc import Mapping
from typing import Any, Literal, cast, get_args

import msgspec

from pinisi.incidents.states import Channel, State
from pinisi.vocabulary.instant import Instant

Role = Literal["lead", "support"]
Outcome = Literal["", "prank", "information", "merged"]
Became = Literal["", "taken", "given-up", "read"]
Asked = Literal["", "priority", "injury", "sample"]
"""Why a second person has to verify; empty: nobody has to."""


class Deed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="act", forbid_unknown_fields=True):
    """`note` may go with every deed."""

    note: str = ""


class Raise(Deed, frozen=True, kw_only=True, tag="raise"):
    """`caller`: somebody waits for an answer. `priority` 0: none was set."""

    begins: State = "unacknowledged"
    channel: Channel = "rule"
    category: str = ""
    subcategory: str = ""
    priority: int = 0
    injured: int = 0
    caller: bool = False


class Take(Deed, frozen=True, kw_only=True, tag="take"):
    """Who acts owns it from then on."""


class Give(Deed, frozen=True, kw_only=True, tag="give-back"):
    """Nobody owns it any more: what undoes a `take`."""


class Note(Deed, frozen=True, kw_only=True, tag="note"):
    """A line, `note`."""


class Hand(Deed, frozen=True, kw_only=True, tag="hand"):
    """To another: `to` is a principal's id, `to_name` how he is called (a crew without account has a name alone)."""

    to: str = ""
    to_name: str = ""


class Return(Deed, frozen=True, kw_only=True, tag="return"):
    """The condition of the alarm has ended (by the house)."""


class Resume(Deed, frozen=True, kw_only=True, tag="resume"):
    """The condition holds again (by the house)."""


class Shelve(Deed, frozen=True, kw_only=True, tag="shelve"):
    """Ask nobody until `until` (microseconds)."""

    reason: str = ""
    until: Instant = 0


class Unshelve(Deed, frozen=True, kw_only=True, tag="unshelve"):
    """Back, by a person or because its time is over."""


class Suppress(Deed, frozen=True, kw_only=True, tag="suppress"):
    """Ask nobody, by design: of a written rule, or because it belongs to another incident (`group`); of one that is
    suppressed already, to which it belongs now.
    """

    reason: str = ""
    rule: str = ""
    group: str = ""


class Release(Deed, frozen=True, kw_only=True, tag="release"):
    """Suppressed no longer."""


class Open(Deed, frozen=True, kw_only=True, tag="open"):
    """The alarm is an incident: people have to do something about it."""


class Triage(Deed, frozen=True, kw_only=True, tag="triage"):
    """How grave, what, and who leads. `priority` 1 is the highest of 5; 0: by the city's written rules."""

    priority: int = 0
    category: str = ""
    subcategory: str = ""
    injured: int = 0
    lead: str = ""


class Assign(Deed, frozen=True, kw_only=True, tag="assign"):
    """An agency, or one of its units, is sent."""

    agency: str = ""
    unit: str = ""
    role: Role = "support"


class Withdraw(Deed, frozen=True, kw_only=True, tag="withdraw"):
    """It is not needed, or called back."""

    agency: str = ""
    unit: str = ""
    reason: str = ""


class Accept(Deed, frozen=True, kw_only=True, tag="accept"):
    """The agency, or its unit, goes."""

    agency: str = ""
    unit: str = ""


class Refuse(Deed, frozen=True, kw_only=True, tag="refuse"):
    """It does not; `reason` is `not-ours:city`, `not-ours:province`, `not-ours:nation`, or words."""

    agency: str = ""
    unit: str = ""
    reason: str = ""


class Arrive(Deed, frozen=True, kw_only=True, tag="arrive"):
    """It is on the scene."""

    agency: str = ""
    unit: str = ""


class Finish(Deed, frozen=True, kw_only=True, tag="finish"):
    """It has done its part; `note` says what."""

    agency: str = ""
    unit: str = ""


class Resolve(Deed, frozen=True, kw_only=True, tag="resolve"):
    """`note` says what was done."""


class Verify(Deed, frozen=True, kw_only=True, tag="verify"):
    """A second person has seen that it is so."""


class Reject(Deed, frozen=True, kw_only=True, tag="reject"):
    """A second person has seen that it is not."""

    reason: str = ""


class BreakGlass(Deed, frozen=True, kw_only=True, tag="break-glass"):
    """Verified without a second person, because nobody else is on duty; the next shift reviews it."""

    reason: str = ""


class Review(Deed, frozen=True, kw_only=True, tag="review"):
    """The next shift has looked at a broken glass; `note` says what it found. `upheld`: it was right to break it."""

    upheld: bool = True


class Answer(Deed, frozen=True, kw_only=True, tag="answer"):
    """`note` says how the caller was answered, else `reason` why he was not."""

    reason: str = ""


class Close(Deed, frozen=True, kw_only=True, tag="close"):
    """`outcome` `prank` or `information` ends it outright and needs no words."""

    reason: str = ""
    outcome: Outcome = ""


class Reopen(Deed, frozen=True, kw_only=True, tag="reopen"):
    """It is not over."""

    reason: str = ""


class Merge(Deed, frozen=True, kw_only=True, tag="merge"):
    """It is the same as the incident `into`, which takes over its reports."""

    into: str = ""


class Unmerge(Deed, frozen=True, kw_only=True, tag="unmerge"):
    """It was not the same after all."""

    reason: str = ""


class Absorb(Deed, frozen=True, kw_only=True, tag="absorb"):
    """The other side of a merge, with what the other owes: an answer to its caller, and how grave it was."""

    of: str = ""
    caller: bool = False
    gravest: int = 0
    hurt: bool = False


class CallAgain(Deed, frozen=True, kw_only=True, tag="call-again"):
    """Another call came in about it: its caller, too, waits for an answer."""


class Part(Deed, frozen=True, kw_only=True, tag="part"):
    """The other side of an unmerge."""

    of: str = ""


class KeptApart(Deed, frozen=True, kw_only=True, tag="keep-apart"):
    """A person says that it is not one with the incident `of`, though it was suggested."""

    of: str = ""


class Follow(Deed, frozen=True, kw_only=True, tag="procedure"):
    """Something was done in a procedure that is followed (`did`). `title`, `what` and `answer` are the words of the
    procedure, of the step and of the chosen answer in each language; `note` a reason, a note or the text that was sent.
    """

    run: str = ""
    procedure: str = ""
    version: int = 0
    did: str = ""
    drill: bool = False
    step: str = ""
    title: Mapping[str, str] = {}
    what: Mapping[str, str] = {}
    answer: Mapping[str, str] = {}


class Told(Deed, frozen=True, kw_only=True, tag="told"):
    """Somebody outside was told (by the house): `contact` is a key of the book of contacts, `way` how he is reached,
    `said` what the server of the receiver answered. `became`: `taken` by that server, `given-up`, or `read` by somebody
    who says so.
    """

    notice: str = ""
    on: str = ""
    contact: str = ""
    way: str = ""
    became: Became = ""
    said: str = ""


class Task(Deed, frozen=True, kw_only=True, tag="task"):
    """Something to do was written down, or is `done`; `note` says what."""

    task: str = ""
    done: bool = False


AnyDeed = (
    Raise | Take | Give | Note | Hand | Return | Resume | Shelve | Unshelve | Suppress | Release | Open | Triage
    | Assign | Withdraw | Accept | Refuse | Arrive | Finish | Resolve | Verify | Reject | BreakGlass | Review | Answer
    | Close | Reopen | Merge | Unmerge | Absorb | Part | KeptApart | CallAgain | Follow | Task | Told
)  # fmt: skip

PersonDeed = (
    Take | Give | Note | Hand | Shelve | Unshelve | Release | Open | Triage | Assign | Withdraw | Resolve | Verify
    | Reject | BreakGlass | Review | Answer | Close | Reopen | Task
)  # fmt: skip
"""What a person of the room may ask for directly. Agencies and crews act, and incidents merge, at their own doors."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the story.

    `by` is the principal's id (of a token: that of the person behind it), `name` how he is called; `at` in
    microseconds is when it was done, `entered_at` when it was entered, where that was later (paper). `asked`: at a
    `resolve`, why a second person has to verify. `alone`: at a broken glass, that nobody else was on duty.
    """

    deed: AnyDeed
    at: Instant
    by: str
    name: str
    entered_at: Instant = 0
    asked: Asked = ""
    alone: bool = False


class _Envelope(msgspec.Struct, omit_defaults=True):
    at: Instant
    by: str
    name: str
    entered_at: Instant = 0
    asked: Asked = ""
    alone: bool = False


_DEEDS = {deed.__struct_config__.tag: deed for deed in get_args(AnyDeed)}
_encode = msgspec.json.Encoder().encode


def act_word(deed: Deed) -> str:
    """How the deed is called outside: `break-glass`."""
    return cast("str", deed.__struct_config__.tag)


def encoded_act(act: Act) -> bytes:
    """An act as it is kept: the deed's members and the envelope's side by side."""
    around = _Envelope(act.at, act.by, act.name, act.entered_at, act.asked, act.alone)
    return _encode({**msgspec.to_builtins(act.deed), **msgspec.to_builtins(around)})


def decoded_act(body: bytes) -> Act:
    """An act as it was kept. Those of the first slice may hold a member that the deed does not know: it is left out."""
    members: dict[str, Any] = msgspec.json.decode(body)
    around = msgspec.convert(members, _Envelope)
    known = ("act", *_DEEDS[members["act"]].__struct_fields__)
    deed = cast("AnyDeed", msgspec.convert({name: members[name] for name in known if name in members}, AnyDeed))
    return Act(deed=deed, **msgspec.structs.asdict(around))
