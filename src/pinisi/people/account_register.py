"""The register of accounts: creates, changes and disables them, each act with its line in the audit trail."""

import msgspec
from anyio import Lock
from msgspec import UNSET, UnsetType

from pinisi.people.accounts import Account, Assignment, account_id, checked_assignments, checked_name
from pinisi.people.acts import account_changed, account_created
from pinisi.people.errors import BadField, Conflict, NotThere
from pinisi.people.identities import Identity, checked_identity, taken_by
from pinisi.people.kept import PEOPLE, Found, Kept
from pinisi.people.passwords import Passwords, check_password
from pinisi.people.standing import Standing
from pinisi.people.usage import note_use
from pinisi.store.change import AuditEntry, VersionConflict
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import SYSTEM, Principal

_NO_ADMINISTRATOR = "Someone must stay administrator of the whole house, with a password."


class NewAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The wish for an account. `name` None shows `account`; `password` None: it only owns tokens. `one_time`: he must
    choose a password of his own when he signs in. `identity`: he signs in at a provider, and has no password here.
    """

    account: str
    assignments: tuple[Assignment, ...]
    name: str | None = None
    password: str | None = None
    one_time: bool = False
    identity: Identity | None = None


class AccountChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The members to change; what is not given stays. `oneTime` goes with a password; `identity` null unlinks."""

    name: str | UnsetType = UNSET
    password: str | UnsetType = UNSET
    assignments: tuple[Assignment, ...] | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    one_time: bool | UnsetType = msgspec.field(name="oneTime", default=UNSET)
    identity: Identity | UnsetType | None = UNSET


class Accounts:
    def __init__(self, store: Store, passwords: Passwords, standing: Standing) -> None:
        self._store = store
        self._passwords = passwords
        self._standing = standing
        self._kept = Kept(store, "account", Account)
        self._one_at_a_time = Lock()

    async def all(self) -> list[Account]:
        return [found.value for found in await self._kept.all()]

    async def get(self, id: str) -> Account | None:
        found = await self._kept.get(id)
        return None if found is None else found.value

    async def administrators(self) -> int:
        """How many can sign in and manage the whole house."""
        return sum(account.administers for account in await self.all())

    async def create(self, wish: NewAccount, by: Principal, now: Instant) -> Account:
        """Keep a new account.

        Raises:
            BadField: a member breaks a rule.
            Conflict: the name is taken, or the first account is no administrator.
        """
        account = await self._new(wish, now)
        async with self._one_at_a_time:
            if not account.administers and not await self.administrators():
                raise Conflict(f"The first account must be an administrator. {_NO_ADMINISTRATOR}")
            await self._check_free(account)
            taken = f"There is an account {account.id} already."
            await self._apply(account, 0, account_created(account), by, taken)
        return account

    async def change(self, id: str, wish: AccountChange, by: Principal, now: Instant) -> Account:
        """Change an account; it takes effect at the next request. A new password, another identity or disabling ends
        its sessions.

        Raises:
            NotThere: there is no such account.
            BadField: a member breaks a rule.
            Conflict: nobody would be left to manage the house.
        """
        found = await self._kept.get(id)
        if found is None:
            raise NotThere(f"There is no account {id}.")
        _check_one_time(wish.one_time is True, wish.password)
        _check_proof(found.value.identity if wish.identity is UNSET else wish.identity, wish.password)
        _check_mapped(found.value, wish)
        password = await self._hashed(wish.password, found.value, wish) if isinstance(wish.password, str) else None
        async with self._one_at_a_time:
            found = await self._kept.get(id) or found
            return await self._keep_changed(found, wish, password, by, now)

    async def renew_hash(self, account: Account, password: str) -> None:
        """Hash a proved password anew where today's parameters are stronger than those it was kept with."""
        found = await self._kept.get(account.id)
        if found is None or found.value.password is None or not self._passwords.is_outdated(found.value.password):
            return
        renewed = msgspec.structs.replace(found.value, password=await self._passwords.hash(password))
        await note_use(self._store, self._kept.put(account.id, renewed, found.position), SYSTEM)

    async def link(self, id: str, subject: str, linked: AuditEntry, now: Instant) -> Account:
        """Tie an account that waits for an address to who has come with it; `linked` goes on record.

        Raises:
            Conflict: it does not wait any more.
        """
        async with self._one_at_a_time:
            found = await self._kept.get(id)
            if found is None or found.value.identity is None or found.value.identity.subject:
                raise Conflict(_meanwhile(id))
            identity = msgspec.structs.replace(found.value.identity, subject=subject)
            account = msgspec.structs.replace(found.value, identity=identity, changed_at=now)
            await self._apply(account, found.position, linked, SYSTEM, _meanwhile(id))
            return account

    async def follow(self, id: str, assignments: tuple[Assignment, ...], now: Instant) -> Account:
        """Give an account the roles that follow from its groups elsewhere."""
        async with self._one_at_a_time:
            found = await self._kept.get(id)
            if found is None:
                raise NotThere(f"There is no account {id}.")
            account = msgspec.structs.replace(found.value, assignments=assignments, changed_at=now)
            entry = account_changed(account, ["assignments"])
            await self._apply(account, found.position, entry, SYSTEM, _meanwhile(id))
            return account

    async def _check_free(self, account: Account) -> None:
        """Raises `Conflict` when the same person could enter another account, and be his own second person."""
        if account.identity is None:
            return
        others = [(each.id, each.identity) for each in await self.all() if each.id != account.id]
        if other := taken_by(account.identity, others):
            raise Conflict(f"Account {other} is linked with that person already.")

    async def _new(self, wish: NewAccount, now: Instant) -> Account:
        id = account_id(wish.account)
        name = checked_name(wish.account if wish.name is None else wish.name)
        assignments = checked_assignments(wish.assignments)
        password = None
        if wish.password is not None:
            check_password(wish.password, id, name)
            password = await self._passwords.hash(wish.password)
        _check_one_time(wish.one_time, wish.password)
        _check_proof(wish.identity, wish.password)
        return Account(
            id=id,
            name=name,
            assignments=assignments,
            password=password,
            created_at=now,
            changed_at=now,
            one_time=wish.one_time,
            identity=None if wish.identity is None else checked_identity(wish.identity),
        )

    async def _hashed(self, password: str, account: Account, wish: AccountChange) -> str:
        check_password(password, account.id, wish.name if isinstance(wish.name, str) else account.name)
        return await self._passwords.hash(password)

    async def _keep_changed(
        self, found: Found[Account], wish: AccountChange, password: str | None, by: Principal, now: Instant
    ) -> Account:
        account = _changed(found.value, wish, password, now)
        if found.value.administers and not account.administers and await self.administrators() < 2:
            raise Conflict(_NO_ADMINISTRATOR)
        await self._check_free(account)
        fields = [name for name in wish.__struct_fields__ if getattr(wish, name) is not UNSET]
        entry = account_changed(account, fields)
        await self._apply(account, found.position, entry, by, _meanwhile(account.id))
        return account

    async def _apply(
        self, account: Account, expected: Position, entry: AuditEntry, by: Principal, conflict: str
    ) -> None:
        try:
            await self._store.apply(PEOPLE, [self._kept.put(account.id, account, expected), entry], by)
        except VersionConflict:
            raise Conflict(conflict) from None
        self._standing.learn([account])


def _meanwhile(id: str) -> str:
    return f"Account {id} was changed by someone else meanwhile; try again."


def _check_one_time(one_time: bool, password: str | UnsetType | None) -> None:
    if one_time and not isinstance(password, str):
        raise BadField("oneTime", "is said of a password that is given with it")


def _check_proof(identity: Identity | None, password: str | UnsetType | None) -> None:
    if identity is not None and isinstance(password, str):
        raise BadField("password", "is kept by the provider of the identity: an account has one of the two")


def _check_mapped(account: Account, wish: AccountChange) -> None:
    """Raises `Conflict` for roles given to an account that gets them from its groups."""
    identity = account.identity if wish.identity is UNSET else wish.identity
    if identity is not None and identity.mapped and wish.assignments is not UNSET:
        raise Conflict(
            "The roles of this account follow its groups at the provider. Set identity.mapped to false first."
        )


def _changed(account: Account, wish: AccountChange, password: str | None, now: Instant) -> Account:
    identity = account.identity if wish.identity is UNSET else wish.identity and checked_identity(wish.identity)
    moves = identity != account.identity
    ends_sessions = password is not None or wish.disabled is True or moves
    kept = None if moves else account.password
    return msgspec.structs.replace(
        account,
        name=account.name if wish.name is UNSET else checked_name(wish.name),
        assignments=account.assignments if wish.assignments is UNSET else checked_assignments(wish.assignments),
        disabled=account.disabled if wish.disabled is UNSET else wish.disabled,
        password=password or kept,
        identity=identity,
        sessions_since=now if ends_sessions else account.sessions_since,
        one_time=(account.one_time and kept is not None) if password is None else wish.one_time is True,
        changed_at=now,
    )
