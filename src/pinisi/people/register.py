"""People as the rest of the house meets them: the registers, and the settings that decide who is admitted."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from pinisi.people.account_register import Accounts
from pinisi.people.accounts import Assignment, principal_id, principal_of
from pinisi.people.acts import started
from pinisi.people.fixed import DEMO, NOBODY
from pinisi.people.kept import PEOPLE
from pinisi.people.oidc.city_accounts import CityAccounts
from pinisi.people.oidc.keeper import Keeper
from pinisi.people.passwords import Passwords
from pinisi.people.patience import Patience
from pinisi.people.public import public_principal
from pinisi.people.sign_in import SignIn
from pinisi.people.standing import Standing
from pinisi.people.token_register import Tokens
from pinisi.people.tokens import token_principal_id
from pinisi.people.usage import note_use
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM, Grants, Principal


def wall_clock() -> Instant:
    return time.time_ns() // 1000


class People:
    """Registers of accounts, tokens and sessions, kept in the tenant `_people` of the store.

    Args:
        loopback: the server listens to this machine only.
        public: what those may read who do not sign in.
        clock: the time on the wall, whatever the clock of a tenant shows.
        address, keepers: how browsers reach this house, and who keeps accounts for it elsewhere.
    """

    def __init__(
        self,
        store: Store,
        *,
        loopback: bool = True,
        public: Assignment | None = None,
        passwords: Passwords | None = None,
        patience: Patience | None = None,
        clock: Callable[[], Instant] = wall_clock,
        address: str = "",
        keepers: Sequence[Keeper] = (),
    ) -> None:
        passwords, patience = passwords or Passwords(), patience or Patience()
        self.store = store
        self.loopback = loopback
        self._public = public
        self._anyone = None if public is None else public_principal(public)
        self._inhabited = False
        self._standing = Standing(public, clock)
        self.accounts = Accounts(store, passwords, self._standing)
        self.tokens = Tokens(store, self.accounts, self._standing)
        self.sessions = SignIn(store, self.accounts, passwords, patience)
        self.city_accounts = CityAccounts(store, self.accounts, self.sessions, patience, address, keepers)
        self._names: tuple[Position, Mapping[str, str]] | None = None

    async def open(self) -> None:
        """Read accounts and tokens, so that `grants_of` knows them. Once, before the first change of an entity."""
        self._standing.learn(await self.accounts.all(), await self.tokens.all())

    async def record_start(self) -> None:
        """Put on record that the server opened. This also makes the tenant, so that its version is cheap to ask."""
        await note_use(self.store, started(len(await self.accounts.all()), self.loopback), SYSTEM)

    def grants_of(self, principal: str, tenant: str = "") -> Grants | None:
        """What a principal of the log may see now in a tenant; None: there is no such principal any more.

        Without a tenant: only what he may see in every one.
        """
        return self._standing.grants_of(principal, tenant)

    def principal_of(self, principal: str, tenant: str) -> Principal | None:
        """Who a principal of the log is now in a tenant; None: there is no such principal any more."""
        return self._standing.principal_of(principal, tenant)

    def version(self) -> Awaitable[Position]:
        """Grows with every change of an account, token or session: what was resolved before may be wrong after."""
        return self.store.position(PEOPLE)

    async def inhabited(self) -> bool:
        """Whether there are accounts. Accounts are disabled, never deleted: once there are, there always will be."""
        self._inhabited = self._inhabited or bool(await self.accounts.all())
        return self._inhabited

    def anyone(self, tenant: str) -> Principal | None:
        """Who reads without account in this tenant; None where nothing is open."""
        return self._anyone if self._public is not None and self._public.holds_in(tenant) else None

    async def others_in_use(self, tenant: str, principal: Principal, permission: str, since: Instant) -> bool:
        """Whether another person with this permission in the tenant has used a session since then."""
        for id in await self.sessions.in_use(since) - {principal.account}:
            account = await self.accounts.get(id)
            if account is not None and permission in principal_of(account, tenant).permissions:
                return True
        return False

    async def in_use(self, tenant: str, permission: str, since: Instant) -> int:
        """How many people with this permission in the tenant have used a session since then."""
        accounts = [await self.accounts.get(id) for id in await self.sessions.in_use(since)]
        able = [each for each in accounts if each and permission in principal_of(each, tenant).permissions]
        return len(able)

    async def names(self) -> Mapping[str, str]:
        """Id of a principal, as the log has it -> name to show; also of those disabled and revoked."""
        version = await self.version()
        if self._names is None or self._names[0] != version:
            self._names = version, await self._read_names()
        return self._names[1]

    async def _read_names(self) -> Mapping[str, str]:
        names = {each.id: each.name for each in (SYSTEM, DEMO, NOBODY)}
        accounts = {account.id: account.name for account in await self.accounts.all()}
        names |= {principal_id(id): name for id, name in accounts.items()}
        for token in await self.tokens.all():
            names[token_principal_id(token.id)] = f"{token.label} ({accounts.get(token.owner, token.owner)})"
        return names
