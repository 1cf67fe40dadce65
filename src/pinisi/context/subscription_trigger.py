"""What kind of change a subscription waits for: `notificationTrigger` and `watchedAttributes` (NGSI-LD 5.2.12, 5.8.6).

Without triggers it hears of entities that are created and of attributes that are created or updated. Kinds are told
for each instance of an attribute: one of two datasets that goes is an `attributeDeleted`. `entityUpdated` stands for
the three of attributes (5.2.12), so that it too hears of the attributes that come and go with their entity. What is
said once more, with nothing different in it, is no change (5.8.6).
"""

from collections.abc import Iterable, Sequence

import msgspec

from pinisi.context.attribute_payload import VALUE_TYPE
from pinisi.context.subscription import DEFAULT_TRIGGERS, Subscription
from pinisi.store.debt import Seen
from pinisi.vocabulary.entity import Attributes, Instance

CREATED = 1
UPDATED = 2
DELETED = 4
SAID_AGAIN = 8
"""Written with what was there already: an update for NGSI v2 alone."""

_encode = msgspec.json.Encoder(order="deterministic").encode
_KIND = {"attributeCreated": CREATED, "attributeUpdated": UPDATED, "attributeDeleted": DELETED}


class Trigger:
    __slots__ = ("_alteration", "_apart", "_at_birth", "_at_death", "_renamed", "_watched", "kinds")

    def __init__(self, subscription: Subscription) -> None:
        triggers = subscription.triggers
        named = frozenset(DEFAULT_TRIGGERS) if triggers is None else triggers
        self._watched = subscription.watched
        notice = subscription.notification.v2
        self._alteration = "any" if notice is None else notice.alteration
        self._apart = notice is not None
        """NGSI v2: an entity that comes or goes is no change of its attributes."""
        self.kinds = sum(_KIND[name] for name in named if name in _KIND)
        if "entityUpdated" in named:
            self.kinds = CREATED | UPDATED | DELETED
        if self._apart and self.kinds & UPDATED:
            self.kinds |= SAID_AGAIN
        self._at_birth = triggers is None or "entityCreated" in named
        self._at_death = "entityDeleted" in named
        self._renamed = triggers is None or "entityUpdated" in named

    def fires(self, changes: "Changes", shown: frozenset[str] | None) -> bool:
        """Whether the change is of the kind waited for. `shown`: attributes that the owner may see; None: all."""
        seen = changes.seen
        if seen.before is None:
            return self._about(seen, shown) if self._at_birth else self._on_attributes(seen, shown, "attributeCreated")
        if seen.after is None and self._apart:
            return self._at_death
        if seen.after is None:
            return self._about(seen, shown) if self._at_death else self._on_attributes(seen, shown, "attributeDeleted")
        kinds = changes.everything if self._watched is None and shown is None else changes.of(self._watched, shown)
        if self.kinds & kinds:
            return self._alteration == "any" or seen.told_anyway or self._altered(seen, shown)
        return self._renamed and self._watched is None and _renamed(seen)

    def _altered(self, seen: Seen, shown: frozenset[str] | None) -> bool:
        """Whether what NGSI v2 sees of an attribute is another than before (its `entityChange`)."""
        assert seen.before is not None and seen.after is not None
        was, now = seen.before.attributes, seen.after.attributes
        of = content_of if self._alteration == "real" else _value
        return any(of(was.get(name, ())) != of(now.get(name, ())) for name in _concerned(seen, self._watched, shown))

    def _about(self, seen: Seen, shown: frozenset[str] | None) -> bool:
        """Whether a whole entity that came or went concerns the subscription."""
        return self._watched is None or any(True for _ in _concerned(seen, self._watched, shown))

    def _on_attributes(self, seen: Seen, shown: frozenset[str] | None, kind: str) -> bool:
        if self._apart or not self.kinds & _KIND[kind]:
            return False
        return any(True for _ in _concerned(seen, self._watched, shown))


class Changes:
    """The kinds of one change, worked out once for all subscriptions that ask."""

    __slots__ = ("_all", "_kinds", "seen")

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self._kinds: dict[str, int] = {}
        self._all: int | None = None

    def of(self, watched: frozenset[str] | None, shown: frozenset[str] | None) -> int:
        """The kinds, added up, of what is watched and shown (None: everything)."""
        return self._sum(_concerned(self.seen, watched, shown))

    @property
    def everything(self) -> int:
        """The kinds of all attributes."""
        if self._all is None:
            self._all = self._sum(self.seen.attributes)
        return self._all

    def _sum(self, names: Iterable[str]) -> int:
        kinds = 0
        for name in names:
            if name not in self._kinds:
                before, after = self.seen.before, self.seen.after
                assert before is not None and after is not None
                self._kinds[name] = changes_of(name, before.attributes, after.attributes)
            kinds |= self._kinds[name]
        return kinds


def _concerned(seen: Seen, watched: frozenset[str] | None, shown: frozenset[str] | None) -> Iterable[str]:
    for name in seen.attributes:
        if (watched is None or name in watched) and (shown is None or name in shown):
            yield name


def changes_of(name: str, before: Attributes, after: Attributes) -> int:
    """The kinds of change, added up, that the instances of one attribute went through."""
    was, now = before.get(name), after.get(name)
    if was is now:
        return 0
    if was is None:
        return CREATED
    if now is None:
        return DELETED
    return _instance_changes(was, now)


def _instance_changes(was: list[Instance], now: list[Instance]) -> int:
    known = {instance.dataset_id: instance for instance in was}
    kinds = 0
    for instance in now:
        old = known.pop(instance.dataset_id, None)
        if old is None:
            kinds |= CREATED
        elif old is not instance:
            kinds |= SAID_AGAIN if _is_same(old, instance) else UPDATED
    return kinds | DELETED if known else kinds


def _is_same(old: Instance, new: Instance) -> bool:
    """Whether no member differs, nor any of their members, but for the times of the system."""
    if old.value != new.value or old.observed_at != new.observed_at:
        return False
    return _encode(_timeless(old)) == _encode(_timeless(new))


def content_of(instances: Sequence[Instance]) -> object:
    """The default instance, whenever it was written; None where there is none. Equal: NGSI v2 sees no change."""
    one = next((one for one in instances if one.dataset_id is None), None)
    return None if one is None else _timeless(one)


def _timeless(instance: Instance) -> Instance:
    inner = {name: [_timeless(one) for one in many] for name, many in instance.attributes.items()}
    return msgspec.structs.replace(instance, created_at=0, modified_at=0, attributes=inner)


def _value(instances: Sequence[Instance]) -> object:
    """Kind, value and type of the default instance: all but metadata."""
    one = next((one for one in instances if one.dataset_id is None), None)
    if one is None:
        return None
    type = one.attributes.get(VALUE_TYPE)
    return one.kind, one.value, type[0].value if type else None


def _renamed(seen: Seen) -> bool:
    """Whether types or scopes changed: a change of the entity that is in no attribute."""
    assert seen.before is not None and seen.after is not None
    return seen.before.types != seen.after.types or seen.before.scopes != seen.after.scopes
