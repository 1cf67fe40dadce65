"""New values in the place of those that are there: what most changes of a city's sensors are.

The entity is not read: its body is copied with other instances in it, 5 us instead of 19 for one attribute of six.
What is written is what `Ledger` would write; `tests/store/test_renewal.py` compares them.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from pinisi.store.change import Outcome, Renewal
from pinisi.store.debt import Seen
from pinisi.store.draft import Draft
from pinisi.store.historic import figure, observed
from pinisi.store.lapse import MARK
from pinisi.store.log import LogEntry
from pinisi.store.record import Record
from pinisi.store.sql_rows import Row
from pinisi.store.untold import values_of, without
from pinisi.vocabulary.bounds import LARGEST
from pinisi.vocabulary.entity import Instance, encode_instance
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Principal
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, LOCATION

if TYPE_CHECKING:
    from pinisi.store.ledger import Ledger


class _Body(msgspec.Struct, omit_defaults=True, gc=False):
    """An `Entity` that is left encoded but for its times."""

    id: msgspec.Raw
    types: msgspec.Raw
    attributes: dict[str, msgspec.Raw] = {}
    scopes: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    expires_at: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    created_at: Instant = 0
    modified_at: Instant = 0


_decode = msgspec.json.Decoder(_Body).decode
_encode = msgspec.json.Encoder().encode
_instances = msgspec.json.Decoder(list[Instance]).decode


def renewed(
    ledger: "Ledger", draft: Draft, before: Record, renewal: Renewal, principal: Principal, now: Instant
) -> Outcome | None:
    """Put the change of an entity that is there into the draft, by one who may change everything.

    None, and nothing in the draft: it takes the long way.
    """
    fresh, family = renewal.attributes, before.family
    if LOCATION in fresh or ADMINISTRATIVE_AREA in family.types or not (before.lasts or MARK not in before.body):
        return None
    body = _decode(before.body)
    kept = body.attributes
    old = {name: _replaced(kept, name, new) for name, new in fresh.items()}
    if None in old.values():
        return None
    replaced: dict[str, Instance] = old  # pyright: ignore[reportAssignmentType]
    position, row = draft.position + 1, before.row
    names = tuple(fresh) if len(fresh) == 1 else tuple([name for name in kept if name in fresh])
    by = ledger.names.intern(principal.id)
    layout = ledger.names.layout(names)
    history: list[Row] = []
    for name, number in zip(names, layout.numbers, strict=True):
        new, told = fresh[name], replaced[name]
        new.created_at, new.modified_at = told.created_at or now, now
        words = encode_instance(new)
        kept[name] = msgspec.Raw(b"[" + words + b"]")
        moment = None if new.observed_at is None else observed(new.observed_at)
        true = now if moment is None else moment
        history.append((row, number, 0, true, position, now, by, family.id, figure(new.value), words))
    body.modified_at = now
    untold = before.untold
    if untold is not None:
        told = [value.row(row) for value in values_of(before.body, untold, ledger.names.text, layout.numbers)]
        if told:
            history[:0] = told
            untold = without(untold, layout.numbers)
    encoded = _encode(body)
    if len(encoded) > LARGEST:
        return None
    record = Record(row, before.id, position, family, encoded, untold, lasts=True)
    hot: dict[tuple[int, Any, int], bool] = {}
    if ledger.hot.attributes and not layout.attributes.isdisjoint(ledger.hot.attributes):
        had, has = {name: [replaced[name]] for name in names}, {name: [fresh[name]] for name in names}
        hot = ledger.hot.moves(row, had, has, names)
    owed: tuple[str, ...] = ()
    areas = family.areas
    if ledger.owing is not None:
        seen = Seen(before.id, before.body, record.body, layout.attributes, areas, areas)
        owed = tuple(ledger.owing(ledger.tenant, seen))
    detail = record.body if owed else None

    draft.position = position
    draft.put(before, record)
    draft.history += history
    if hot:
        draft.hot.update(hot)
    draft.entries.append(
        LogEntry(
            position=position,
            time=now,
            op="update",
            subject=before.id,
            types=family.types,
            types_before=family.types,
            attributes=names,
            areas_before=areas,
            areas_after=areas,
            principal=principal.id,
            detail=detail,
            owed=owed,
        )
    )
    draft.log.append((position, now, "update", before.id, family.id, family.id, layout.text, by, detail))
    if owed:
        draft.debts.append((position, owed))
    return Outcome(position, True, renewal.result)


def _replaced(kept: dict[str, msgspec.Raw], name: str, new: Instance) -> Instance | None:
    """The one instance that a new one takes the place of; None where it is not so simple."""
    words = kept.get(name)
    if words is None or new.attributes or new.dataset_id is not None or new.expires_at is not None:
        return None
    instances = _instances(words)
    old = instances[0]
    if len(instances) != 1 or old.dataset_id is not None or old.kind != new.kind or _is_older(new, old):
        return None
    return old


def _is_older(new: Instance, old: Instance) -> bool:
    """Whether both are dated, and it is not certain that the new one is not older."""
    first, second = new.observed_at, old.observed_at
    if first is None or second is None or first == second:
        return False
    told, there = observed(first), observed(second)
    return told is None or there is None or told < there
