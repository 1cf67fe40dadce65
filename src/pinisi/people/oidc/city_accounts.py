"""Signing in with accounts that are kept elsewhere: to the provider and back, into an account of this house."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

import msgspec
import structlog

from pinisi.people.account_register import Accounts, NewAccount
from pinisi.people.accounts import Account
from pinisi.people.acts import account_linked, sign_in_denied
from pinisi.people.errors import Conflict, NotThere, TooSoon
from pinisi.people.fixed import NOBODY
from pinisi.people.kept import PEOPLE
from pinisi.people.oidc.asking import PATH, Asking, Askings, authorization_address, new_asking
from pinisi.people.oidc.claims import Person
from pinisi.people.oidc.errors import Denied, NotBelieved, ProviderSilent
from pinisi.people.oidc.keeper import Keeper
from pinisi.people.oidc.linking import Newcomer, entry_of
from pinisi.people.oidc.rules import Provider
from pinisi.people.patience import Patience
from pinisi.people.sessions import session_id
from pinisi.people.sign_in import SignedIn, SignIn
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.principal import SYSTEM

_log = structlog.get_logger("pinisi.people")
_HINTS = 10_000


class SentOut(msgspec.Struct, frozen=True):
    """Where the browser is sent, and the cookie with which it must come back."""

    address: str
    cookie: str


class Arrived(msgspec.Struct, frozen=True):
    """Who has come in, and the page that he asked for."""

    signed_in: SignedIn
    to: str


class CityAccounts:
    """`address`: how browsers reach this house; none where nobody keeps accounts for it."""

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        sessions: SignIn,
        patience: Patience,
        address: str = "",
        keepers: Sequence[Keeper] = (),
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._sessions = sessions
        self._patience = patience
        self._address = address.rstrip("/")
        self._keepers: Mapping[str, Keeper] = {keeper.provider.id: keeper for keeper in keepers}
        self._askings = Askings()
        self._hints: dict[str, str] = {}

    @property
    def providers(self) -> list[Provider]:
        return [keeper.provider for keeper in self._keepers.values()]

    @property
    def over_tls(self) -> bool:
        """Whether browsers reach this house over https only."""
        return self._address.startswith("https:")

    def provider(self, id: str) -> Provider:
        """Raises `NotThere`."""
        return self._keeper(id).provider

    def _keeper(self, id: str) -> Keeper:
        found = self._keepers.get(id)
        if found is None:
            raise NotThere(f"Nobody keeps accounts for this house under the name {id[:40]!r}.")
        return found

    def _back(self, provider: str) -> str:
        return f"{self._address}{PATH}/{provider}/callback"

    async def start(self, id: str, to: str, address: str, now: Instant) -> SentOut:
        """Send a browser to the provider.

        Raises:
            NotThere: there is no such provider.
            Denied: it is silent.
            TooSoon: too many attempts from this address.
        """
        keeper = self._keeper(id)
        self._be_patient(address, now, begins=False)
        asking = new_asking(id, to, now)
        try:
            metadata = await keeper.metadata(now)
        except ProviderSilent as silent:
            raise self._silent(id, silent) from None
        cookie = self._askings.sealed(asking)
        return SentOut(authorization_address(metadata, keeper.provider, asking, self._back(id)), cookie)

    async def finish(
        self, id: str, answer: Mapping[str, str], cookie: str, address: str, clock: Callable[[], Instant]
    ) -> Arrived:
        """Begin a session for whom the provider has sent back.

        Args:
            answer: the query of the callback (OpenID Connect Core 1.0, 3.1.2.5 and 3.1.2.6; RFC 9207).
            cookie: what this browser was sent out with.

        Raises:
            NotThere, TooSoon: as `start`.
            Denied: no session begins; on record.
        """
        keeper, now = self._keeper(id), clock()
        self._be_patient(address, now, begins=True)
        try:
            asking = self._asking(id, answer, cookie, now)
            person, id_token = await self._person(keeper, asking, answer, clock)
            signed_in = await self._enter(keeper.provider, person, address, clock())
        except Denied as denied:
            _log.info("a sign-in was denied", provider=id, reason=denied.reason, detail=denied.detail)
            entry = sign_in_denied(id, denied.reason, denied.subject, address)
            await self._store.apply(PEOPLE, [entry], NOBODY)
            raise
        self._patience.succeeded_at(address)
        self._remember(signed_in.cookie, id_token)
        return Arrived(signed_in, asking.to)

    def _asking(self, id: str, answer: Mapping[str, str], cookie: str, now: Instant) -> Asking:
        """What this browser was sent out with, when the answer belongs to it and comes for the first time."""
        asking = self._askings.opened(cookie, now)
        if asking is None or asking.provider != id:
            raise Denied("again", "this browser was not sent out from here, or too long ago")
        if answer.get("state") != asking.state:
            raise Denied("again", "state: the answer belongs to another sign-in")
        if not self._askings.comes_back(asking, now):
            raise Denied("again", "state: the answer has come before")
        return asking

    async def _person(
        self, keeper: Keeper, asking: Asking, answer: Mapping[str, str], clock: Callable[[], Instant]
    ) -> tuple[Person, str]:
        id = keeper.provider.id
        try:
            metadata = await keeper.metadata(clock())
            said = answer.get("iss")
            if said is None and metadata.authorization_response_iss_parameter_supported:
                raise NotBelieved("iss: the answer does not say from whom it is (RFC 9207)")
            if said not in (None, keeper.provider.issuer):
                raise NotBelieved("iss: the answer comes from another provider (RFC 9207)")
            if "error" in answer or not answer.get("code"):
                raise _not_granted(answer)
            return await keeper.person(asking, answer["code"], self._back(id), clock)
        except ProviderSilent as silent:
            raise self._silent(id, silent) from None
        except NotBelieved as error:
            _log.warning("a provider of accounts is not believed", provider=id, reason=str(error))
            raise Denied("not-believed", str(error)) from None

    async def _enter(self, provider: Provider, person: Person, address: str, now: Instant) -> SignedIn:
        try:
            account = await self._account(provider, person, now)
        except Conflict as conflict:
            raise Denied("again", str(conflict), person.subject) from None
        if not account.assignments:
            raise Denied("no-role", f"account {account.id} has no role", person.subject)
        return await self._sessions.begin_elsewhere(account, provider.id, address, now, now + provider.longest)

    async def _account(self, provider: Provider, person: Person, now: Instant) -> Account:
        found = entry_of(person, provider, await self._accounts.all())
        if isinstance(found, Newcomer):
            wish = NewAccount(account=found.id, name=found.name, assignments=found.assignments, identity=found.identity)
            try:
                return await self._accounts.create(wish, SYSTEM, now)
            except Conflict as conflict:
                raise Denied("unknown", str(conflict), person.subject) from None
        account = found.account
        if found.first:
            linked = account_linked(account.id, provider.id)
            account = await self._accounts.link(account.id, person.subject, linked, now)
        if found.assignments is not None and found.assignments != account.assignments:
            account = await self._accounts.follow(account.id, found.assignments, now)
        return account

    def leaving(self, id: str, cookie: str, metadata_end: str) -> str:
        """Where a browser is sent to end the provider's session too (RP-Initiated Logout 1.0, 2)."""
        asked = {"client_id": self.provider(id).client_id, "post_logout_redirect_uri": f"{self._address}/"}
        hint = self._hints.pop(session_id(cookie), "")
        if hint:
            asked["id_token_hint"] = hint
        return f"{metadata_end}{'&' if '?' in metadata_end else '?'}{urlencode(asked)}"

    async def leave(self, id: str, cookie: str, now: Instant) -> str:
        """Where to end the provider's session after ours; empty where it knows no such thing or is silent."""
        keeper = self._keepers.get(id)
        if keeper is None:
            return ""
        try:
            end = (await keeper.metadata(now)).end_session_endpoint
        except ProviderSilent:
            return ""
        return self.leaving(id, cookie, end) if end else ""

    def _remember(self, cookie: str, id_token: str) -> None:
        """The ID token as the hint at sign-out, in memory only: nothing of the provider's is written to disk."""
        self._hints[session_id(cookie)] = id_token
        while len(self._hints) > _HINTS:
            del self._hints[next(iter(self._hints))]

    def _be_patient(self, address: str, now: Instant, *, begins: bool) -> None:
        if wait := self._patience.wait_at(address, now):
            raise TooSoon(-(-wait // SECOND))
        if begins:
            self._patience.begin_at(address, now)

    def _silent(self, id: str, silent: ProviderSilent) -> Denied:
        _log.warning("a provider of accounts is silent", provider=id, reason=str(silent))
        return Denied("silent", str(silent))


def _not_granted(answer: Mapping[str, str]) -> Denied:
    fault = answer.get("error", "")
    if fault == "access_denied":
        return Denied("cancelled", "the person or the provider said no")
    known = fault if fault.isascii() and fault.isprintable() else "?"
    return Denied("refused-there", f"the provider says {known[:60] or 'nothing'}")
