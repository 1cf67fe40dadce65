"""What everyone may see now, answered without waiting: asked inside transactions, once for each subscription's owner.

A picture of accounts and tokens in memory, taken when the house opens and kept by the registers after each commit.
"""

from collections.abc import Callable, Iterable

from pinisi.people.accounts import Account, Assignment, account_of, principal_of
from pinisi.people.fixed import DEMO, NOBODY
from pinisi.people.public import public_principal
from pinisi.people.tokens import Token, token_of, token_principal
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM, Grants, Principal


class Standing:
    """`clock` is the time on the wall, for the expiry of tokens."""

    def __init__(self, public: Assignment | None, clock: Callable[[], Instant]) -> None:
        self._public = public
        self._clock = clock
        self._accounts: dict[str, Account] = {}
        self._tokens: dict[str, Token] = {}
        self._principals: dict[tuple[str, str], Principal | None] = {}

    def learn(self, accounts: Iterable[Account] = (), tokens: Iterable[Token] = ()) -> None:
        """Take note of accounts and tokens as they have been committed."""
        self._accounts |= {account.id: account for account in accounts}
        self._tokens |= {token.id: token for token in tokens}
        self._principals.clear()

    def grants_of(self, principal: str, tenant: str) -> Grants | None:
        """The grants of now in one tenant, by a principal's id; None: there is no such principal (any more)."""
        found = self.principal_of(principal, tenant)
        return None if found is None else found.grants

    def principal_of(self, principal: str, tenant: str) -> Principal | None:
        """Who he is now in one tenant, with permissions and grants; None: there is no such principal (any more)."""
        token = self._tokens.get(token_of(principal))
        if token is not None and not token.holds(self._clock()):
            return None
        key = (principal, tenant)
        if key not in self._principals:
            self._principals[key] = self._principal(principal, token, tenant)
        return self._principals[key]

    def _principal(self, id: str, token: Token | None, tenant: str) -> Principal | None:
        if id == SYSTEM.id:
            return SYSTEM
        if id == DEMO.id:
            return None if self._accounts else DEMO
        if id == NOBODY.id:
            return public_principal(self._public) if self._public and self._public.holds_in(tenant) else None
        account = self._accounts.get(account_of(id) if token is None else token.owner)
        if account is None or account.disabled:
            return None
        return principal_of(account, tenant) if token is None else token_principal(token, account, tenant)
