"""Signing in and out: password to session, cookie to account."""

import msgspec

from pinisi.people.account_register import Accounts
from pinisi.people.accounts import Account, account_id, principal_of
from pinisi.people.acts import sign_in_failed, signed_in, signed_out
from pinisi.people.errors import BadField, SignInRefused, TooSoon
from pinisi.people.fixed import NOBODY
from pinisi.people.kept import PEOPLE, Found, Kept
from pinisi.people.passwords import Passwords
from pinisi.people.patience import Patience
from pinisi.people.sessions import SEEN_EVERY, Session, new_cookie, session_id
from pinisi.people.usage import note_use
from pinisi.store.protocol import Change, Store
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.principal import SYSTEM


class SignedIn(msgspec.Struct, frozen=True):
    """A session just begun; `cookie` is seen only here."""

    account: Account
    cookie: str


class SignIn:
    def __init__(self, store: Store, accounts: Accounts, passwords: Passwords, patience: Patience) -> None:
        self._store = store
        self._accounts = accounts
        self._passwords = passwords
        self._patience = patience
        self._kept = Kept(store, "session", Session)

    async def sign_in(self, name: str, password: str, address: str, now: Instant) -> SignedIn:
        """Begin a session.

        Raises:
            SignInRefused: account and password do not fit; takes as long for an unknown account as for a known one.
            TooSoon: too many failures of this account from this address, or too many at once.
        """
        id = _typed(name)
        self._be_patient(id, address, now)
        account = await self._accounts.get(id)
        usable = account is not None and not account.disabled
        proved = await self._passwords.proves(account.password if account and usable else None, password)
        if account is None or not proved:
            await self._store.apply(PEOPLE, [sign_in_failed(account and account.id, address)], NOBODY)
            raise SignInRefused
        self._patience.succeeded(id, address)
        return await self._begin(account, password, address, now)

    async def renew(self, account: Account, address: str, now: Instant) -> SignedIn:
        """A new session for one who has just proved himself (after he changed his password)."""
        return await self._begin(account, None, address, now)

    async def proves(self, account: Account, password: str, address: str, now: Instant) -> bool:
        """Whether the password is the account's; counts as an attempt to sign in. Raises `TooSoon`."""
        self._be_patient(account.id, address, now)
        proved = await self._passwords.proves(account.password, password)
        if proved:
            self._patience.succeeded(account.id, address)
        return proved

    async def sign_out(self, cookie: str) -> None:
        """End the session; a cookie that opens nothing is fine."""
        found = await self._kept.get(session_id(cookie))
        if found is None:
            return
        account = await self._accounts.get(found.value.account)
        by = NOBODY if account is None else principal_of(account, PEOPLE)
        await self._store.apply(PEOPLE, [self._kept.gone(found.id), signed_out(found.value.account)], by)

    async def opened(self, cookie: str, now: Instant) -> tuple[Session, Account] | None:
        """The session and account that a cookie opens now; notes its use, every ten minutes."""
        found = await self._kept.get(session_id(cookie))
        account = None if found is None else await self._accounts.get(found.value.account)
        if found is None or account is None or not _alive(found.value, account, now):
            return None
        return await self._seen(found, now), account

    async def in_use(self, since: Instant) -> set[str]:
        """Accounts with a session that began or was used since then (a use is noted every ten minutes)."""
        return {found.value.account for found in await self._kept.all() if found.value.seen_at >= since}

    async def _seen(self, found: Found[Session], now: Instant) -> Session:
        session = found.value
        if now - session.seen_at < SEEN_EVERY:
            return session
        session = msgspec.structs.replace(session, seen_at=now)
        await note_use(self._store, self._kept.put(found.id, session, found.position), SYSTEM)
        return session

    def _be_patient(self, id: str, address: str, now: Instant) -> None:
        if wait := self._patience.wait(id, address, now):
            raise TooSoon(-(-wait // SECOND))
        self._patience.begin(id, address, now)

    async def _begin(self, account: Account, password: str | None, address: str, now: Instant) -> SignedIn:
        cookie = new_cookie()
        session = Session(account=account.id, made_at=now, seen_at=now)
        changes: list[Change] = [self._kept.put(session_id(cookie), session, 0), signed_in(account.id, address)]
        changes += [self._kept.gone(found.id) for found in await self._kept.all() if now >= found.value.ends_at]
        await self._store.apply(PEOPLE, changes, principal_of(account, PEOPLE))
        if password is not None:
            await self._accounts.renew_hash(account, password)
        return SignedIn(account, cookie)


def _alive(session: Session, account: Account, now: Instant) -> bool:
    return now < session.ends_at and session.made_at >= account.sessions_since and not account.disabled


def _typed(name: str) -> str:
    """The account that was typed; what no account can be called stays as it is and is not found."""
    try:
        return account_id(name)
    except BadField:
        return name[:64]
