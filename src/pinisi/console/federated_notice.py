"""An entity that a source told of, put together with what is known of it here and at other sources (NGSI-LD 5.8.6)."""

from pinisi.console.federated import Warnings, part_of, read_legs
from pinisi.console.federated_parts import OPERATIONS, ask_for
from pinisi.console.federated_questions import questions
from pinisi.console.house import House
from pinisi.console.http import Call
from pinisi.console.ngsi_ld_identity import alias_of
from pinisi.context.federation.merging import merge
from pinisi.context.federation.plan import any_of
from pinisi.context.federation.relayed import Relayed
from pinisi.context.federation.sources import Asker
from pinisi.context.notified_relay import Assemble, Whole
from pinisi.context.registration_matching import Wanted
from pinisi.context.render import View
from pinisi.context.subscription import Subscription
from pinisi.context.term_table import CORE_TABLE
from pinisi.vocabulary.principal import NOTHING, Principal


def assembler(house: House) -> Assemble:
    """What puts entities together for notifications of this house."""

    async def assemble(tenant: str, subscription: Subscription, told: Relayed) -> Whole:
        assert told.entity is not None
        owner = subscriber(house, tenant, subscription)
        call = Call("GET", f"/ngsi-ld/v1/entities/{told.id}", principal=owner, tenant=tenant)
        asker = Asker(tenant, alias_of(house, tenant), None, {}, CORE_TABLE)
        warnings = Warnings(asker)
        wanted = Wanted(ids=(told.id,), types=any_of(told.types))
        legs = [
            leg
            for leg in read_legs(house, asker, warnings, wanted, OPERATIONS)
            if leg.registration.id != told.registration
            and (subscription.csf is None or leg.registration.matches_csf(subscription.csf))
        ]
        heard = await ask_for(house, call, asker, warnings, questions(legs, wanted), told.id, View())
        own = await house.store.entity(tenant, told.id, owner.grants)
        mine = None if own is None else part_of(own, call)
        equals = [told.entity, *([] if mine is None else [mine.entity])]
        equals += [one.part.entity for one in heard if not one.auxiliary]
        extras = [one.part.entity for one in heard if one.auxiliary]
        return Whole(merge(equals, extras, house.now()) or told.entity, warnings.told[0] if warnings.told else "")

    return assemble


def subscriber(house: House, tenant: str, subscription: Subscription) -> Principal:
    """The owner of a subscription, with the grants that he has now."""
    grants = house.people.grants_of(subscription.owner, tenant) or NOTHING
    return Principal(id=subscription.owner, name=subscription.owner, kind="system", grants=grants)
