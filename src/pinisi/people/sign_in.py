"""Signing in and out: password to session, cookie to account."""

import msgspec

from pinisi.people.account_register import AccountChange, Accounts
from pinisi.people.accounts import Account, account_id, principal_id, principal_of
from pinisi.people.acts import session_ended, sign_in_failed, signed_in, signed_out
from pinisi.people.errors import BadField, NotThere, PasswordNeeded, SignInRefused, TooSoon
from pinisi.people.fixed import NOBODY
from pinisi.people.kept import PEOPLE, Found, Kept
from pinisi.people.passwords import Passwords
from pinisi.people.patience import Patience
from pinisi.people.sessions import SEEN_EVERY, SHOWN_ID, Session, new_cookie, session_id
from pinisi.people.usage import note_use
from pinisi.store.change import Change
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.principal import SYSTEM, Principal


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

    async def sign_in(self, name: str, password: str, address: str, now: Instant, new: str | None = None) -> SignedIn:
        """Begin a session. `new` takes the place of a one-time password.

        Raises:
            SignInRefused: account and password do not fit; takes as long for an unknown account as for a known one.
            PasswordNeeded: they do, the password is good for one time, and no new one came with it.
            BadField: the new one breaks a rule, or none was needed.
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
        if account.one_time or new is not None:
            account, password = await self._chosen(account, password, new, now), ""
        return await self._begin(account, password or None, address, now)

    async def _chosen(self, account: Account, password: str, new: str | None, now: Instant) -> Account:
        """The account with the password that its owner chose in place of the one-time one."""
        if not account.one_time:
            raise BadField("new", "goes with a one-time password; change yours after you have signed in")
        if new is None:
            raise PasswordNeeded
        if new == password:
            raise BadField("new", "must be another one")
        by = principal_of(account, PEOPLE)
        try:
            return await self._accounts.change(account.id, AccountChange(password=new), by, now)
        except BadField as bad:
            raise BadField("new", bad.detail) from None

    async def renew(self, account: Account, address: str, now: Instant) -> SignedIn:
        """A new session for one who has just proved himself (after he changed his password)."""
        return await self._begin(account, None, address, now)

    async def begin_elsewhere(
        self, account: Account, provider: str, address: str, now: Instant, until: Instant
    ) -> SignedIn:
        """A session for one whom a provider of accounts has proved; it ends at `until` in any case."""
        session = Session(account=account.id, made_at=now, seen_at=now, address=address, provider=provider, until=until)
        return await self._keep(account, session, now)

    async def proves(self, account: Account, password: str, address: str, now: Instant) -> bool:
        """Whether the password is the account's; counts as an attempt to sign in. Raises `TooSoon`."""
        self._be_patient(account.id, address, now)
        proved = await self._passwords.proves(account.password, password)
        if proved:
            self._patience.succeeded(account.id, address)
        return proved

    async def sign_out(self, cookie: str) -> Session | None:
        """End the session, and answer it; a cookie that opens nothing is fine."""
        found = await self._kept.get(session_id(cookie))
        if found is None:
            return None
        account = await self._accounts.get(found.value.account)
        by = NOBODY if account is None else principal_of(account, PEOPLE)
        await self._store.apply(PEOPLE, [self._kept.gone(found.id), signed_out(found.value.account)], by)
        return found.value

    async def seen_by(self, principal: Principal, now: Instant) -> list[tuple[str, Session]]:
        """One's own sessions that are not over, or all of them with `people.manage`, by id; the newest first."""
        sessions = await self._kept.all()  # first, so that each one's account is among those that are read then
        accounts = {account.id: account for account in await self._accounts.all()}
        seen = [
            (found.id, found.value)
            for found in sessions
            if _may_see(found.value, principal) and _alive(found.value, accounts[found.value.account], now)
        ]
        return sorted(seen, key=lambda each: each[1].made_at, reverse=True)

    async def end(self, id: str, by: Principal, now: Instant) -> None:
        """End a session by the beginning of its id; it opens nothing from the next request on.

        Raises:
            NotThere: there is no such session, or it is somebody else's.
        """
        for whole, session in await self.seen_by(by, now):
            if len(id) >= SHOWN_ID and whole.startswith(id):
                ended = session_ended(session.account, session.address)
                await self._store.apply(PEOPLE, [self._kept.gone(whole), ended], by)
                return
        raise NotThere(f"There is no session {id[:SHOWN_ID]}.")

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
        session = Session(account=account.id, made_at=now, seen_at=now, address=address)
        signed = await self._keep(account, session, now)
        if password is not None:
            await self._accounts.renew_hash(account, password)
        return signed

    async def _keep(self, account: Account, session: Session, now: Instant) -> SignedIn:
        """Keep a new session, and put away those that are over."""
        cookie = new_cookie()
        told = signed_in(account.id, session.address, session.provider)
        changes: list[Change] = [self._kept.put(session_id(cookie), session, 0), told]
        changes += [self._kept.gone(found.id) for found in await self._kept.all() if now >= found.value.ends_at]
        await self._store.apply(PEOPLE, changes, principal_of(account, PEOPLE))
        return SignedIn(account, cookie)


def _may_see(session: Session, principal: Principal) -> bool:
    return "people.manage" in principal.permissions or principal.id == principal_id(session.account)


def _alive(session: Session, account: Account, now: Instant) -> bool:
    return now < session.ends_at and session.made_at >= account.sessions_since and not account.disabled


def _typed(name: str) -> str:
    """The account that was typed; what no account can be called stays as it is and is not found."""
    try:
        return account_id(name)
    except BadField:
        return name[:64]
