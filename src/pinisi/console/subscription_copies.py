"""The copies of subscriptions in this house: where sources notify it, and of which tenants they hear (5.8.1.4)."""

from pinisi.console.house import House
from pinisi.console.ngsi_ld_identity import alias_of
from pinisi.context.federation.copier import Copier
from pinisi.context.federation.copies import Copies
from pinisi.settings import Settings

_EVERYWHERE = frozenset({"0.0.0.0", "::", ""})


async def open_copies(house: House) -> tuple[Copies, Copier]:
    """What is known of copies, and what looks after them; not yet started."""
    copies = Copies(house.store)
    await copies.load()
    copier = Copier(
        house.store,
        copies,
        house.sources,
        house.registrations,
        house.subscriptions,
        house.contexts,
        house.now,
        address=reached_at(house.settings),
        alias_of=lambda tenant: alias_of(house, tenant),
        allowed=lambda tenant: house.reach(tenant) is None,
    )
    return copies, copier


def reached_at(settings: Settings) -> str:
    """How sources reach this house: `public_address`, else the address that it listens at; empty: nobody knows."""
    if settings.public_address:
        return settings.public_address
    host = settings.host
    if host in _EVERYWHERE:
        return ""
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
