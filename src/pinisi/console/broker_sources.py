"""Other context sources as those see them who run the broker: how requests to each fare; and who has ours."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from pinisi.console.broker_shapes import Holding, PartnerTold, SourceList, SourceTold, Timing, moment, short_names
from pinisi.console.house import House
from pinisi.console.http import Call, Reply, json_reply
from pinisi.context.federation.log_book import Timings
from pinisi.context.registration import KIND, Information, Registration, decode_stored
from pinisi.context.registration_operations import GROUPS
from pinisi.context.registration_text import seen_by, within_reach
from pinisi.people.accounts import Account, principal_id
from pinisi.people.tokens import Token, token_principal_id

PARTNER = "partner"
WRITE = "registrations.write"


async def list_sources(house: House, call: Call) -> Reply:
    """Sources of which the caller may see a part, failing ones first; and the partners, for who runs the house."""
    names = await house.people.names()
    told = [
        await _source(house, call, one, parts, names)
        for one in house.registrations.of(call.tenant)
        if (parts := _seen(call, one))
    ]
    told.sort(key=lambda one: not one.failing)
    runs = "house.manage" in call.principal.permissions
    partners = tuple(await _partners(house, call)) if runs else None
    position = await house.store.position(call.tenant)
    return json_reply(SourceList(position=position, sources=tuple(told), partners=partners))


def _seen(call: Call, registration: Registration) -> Sequence[int]:
    if registration.owner == call.principal.id:
        return range(len(registration.information))
    return seen_by(registration, call.grants)


async def _source(
    house: House, call: Call, one: Registration, parts: Iterable[int], names: Mapping[str, str]
) -> SourceTold:
    fares = house.registrations.fares(call.tenant, one.id)
    breaker, again_in = house.sources.breaker.standing(call.tenant, one.id)
    page = house.sources.log_book.of(call.tenant, one.id)
    return SourceTold(
        id=one.id,
        name=await _name(house, call.tenant, one.id),
        endpoint=one.endpoint.partition("?")[0],
        owner=one.owner,
        owner_name=names.get(one.owner, one.owner),
        owner_may=_owner_may(house, call.tenant, one),
        language="ngsi-ld" if one.provider is None else "ngsi-v2",
        mode=one.mode,
        operations=_in_groups(one.operations),
        holds=tuple(_holding(house, one.information[n]) for n in parts),
        tenant=one.tenant,
        local_only=one.local_only,
        expires_at=moment(one.expires_at),
        times_sent=fares.times_sent,
        times_failed=fares.times_failed,
        last_success=moment(fares.last_success),
        last_failure=moment(fares.last_failure),
        failing=fares.failing,
        breaker=breaker,
        again_in=round(again_in, 1),
        fault=page.answer.fault or "refused" if page.answer is not None else "",
        reason="" if page.answer is None else page.answer.reason or f"HTTP {page.answer.status}",
        timing=_timing(page.timings()),
        may_change=WRITE in call.principal.permissions and (call.grants.writes_all or one.owner == call.principal.id),
    )


def _owner_may(house: House, tenant: str, one: Registration) -> bool:
    owner = house.people.principal_of(one.owner, tenant)
    return owner is not None and WRITE in owner.permissions and within_reach(one, owner.grants)


async def _name(house: House, tenant: str, id: str) -> str | None:
    found = await house.store.document(tenant, KIND, id)
    if found is None:
        return None
    payload = decode_stored(found[1]).payload
    return payload.get("registrationName") or payload.get("description")


def _holding(house: House, part: Information) -> Holding:
    compact = short_names(house.pinisi_table)
    types = sorted(frozenset[str]().union(*(entity.types for entity in part.entities)))
    return Holding(
        types=tuple(map(compact, types)),
        ids=tuple(entity.id for entity in part.entities if entity.id is not None),
        patterns=tuple(entity.id_pattern for entity in part.entities if entity.id_pattern is not None),
        attributes=tuple(map(compact, sorted(part.attributes or ()))),
    )


def _timing(found: Timings | None) -> Timing | None:
    if found is None:
        return None
    last, middle, slowest = (round(1000 * seconds) for seconds in (found.last, found.median, found.slowest))
    return Timing(answers=found.answers, last=last, median=middle, slowest=slowest)


async def _partners(house: House, call: Call) -> list[PartnerTold]:
    """Accounts with the role of a partner, what each may see, and whether anybody uses it."""
    tokens = await house.people.tokens.all()
    accounts = [one for one in await house.people.accounts.all() if _is_partner(one, call.tenant)]
    return [_partner(house, call, one, [each for each in tokens if each.owner == one.id]) for one in accounts]


def _is_partner(account: Account, tenant: str) -> bool:
    return any(
        each.role == PARTNER and (each.tenants is None or tenant in each.tenants) for each in account.assignments
    )


def _partner(house: House, call: Call, account: Account, tokens: Sequence[Token]) -> PartnerTold:
    principal = principal_id(account.id)
    names = {principal, *(token_principal_id(token.id) for token in tokens)}
    found = house.people.grants_of(principal, call.tenant)
    grants = () if found is None else found.grants
    compact = short_names(house.pinisi_table)
    return PartnerTold(
        account=account.id,
        name=account.name,
        disabled=account.disabled,
        types=_limit([each.types for each in grants], compact),
        areas=_limit([each.areas for each in grants], str),
        attributes=_limit([each.attributes for each in grants], compact),
        writes=any(each.write for each in grants),
        tokens=sum(token.holds(house.now()) for token in tokens),
        used_at=moment(max((token.used_at for token in tokens), default=0)),
        subscriptions=sum(entry.subscription.owner in names for entry in house.subscriptions.all(call.tenant)),
    )


def _limit(sets: Sequence[frozenset[str] | None], name: Callable[[str], str]) -> tuple[str, ...] | None:
    """All together; None where one of them is without limit."""
    if any(each is None for each in sets):
        return None
    return tuple(sorted(name(one) for one in frozenset[str]().union(*(each for each in sets if each is not None))))


def _in_groups(operations: frozenset[str]) -> tuple[str, ...]:
    """Operations by the names of their groups (NGSI-LD 4.20), as far as they make up whole ones."""
    told: list[str] = []
    left = operations
    for group, members in sorted(GROUPS.items(), key=lambda item: -len(item[1])):
        if members <= operations and members & left:
            told.append(group)
            left -= members
    return (*told, *sorted(left))
