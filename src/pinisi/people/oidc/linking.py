"""Which account of this house a person of a provider enters. Pure: decides, changes nothing."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import sha256

import msgspec

from pinisi.people.accounts import Account, Assignment
from pinisi.people.identities import Identity
from pinisi.people.oidc.claims import Person
from pinisi.people.oidc.errors import Denied
from pinisi.people.oidc.rules import Provider

_NOT_IN_ID = re.compile(r"[^a-z0-9._-]+")
LONGEST_ID = 58


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """The account that he enters. `first`: it waited for him, and is linked now. `assignments`: those that his groups
    give him, where his roles follow them.
    """

    account: Account
    first: bool = False
    assignments: tuple[Assignment, ...] | None = None


class Newcomer(msgspec.Struct, frozen=True, kw_only=True):
    """There is no account yet, and the rules of the provider ask for one."""

    id: str
    name: str
    identity: Identity
    assignments: tuple[Assignment, ...]


def entry_of(person: Person, provider: Provider, accounts: Sequence[Account]) -> Entry | Newcomer:
    """The account: linked by subject; else waiting for his confirmed address; else a new one where rules give a role.

    Raises:
        Denied: none of these.
    """
    linked = _linked(person, provider, accounts)
    if linked is not None:
        return _entry(linked, person, provider, first=False)
    waiting = _waiting(person, provider, accounts)
    if waiting is not None:
        return _entry(waiting, person, provider, first=True)
    given = provider.assignments(person.groups)
    if not provider.makes_accounts:
        raise Denied("unknown", "no account is linked to this person", person.subject)
    if not given:
        raise Denied("no-role", "none of his groups gives a role", person.subject)
    identity = Identity(issuer=provider.issuer, subject=person.subject, email=person.email, mapped=True)
    id = free_id(person, provider.issuer, {account.id for account in accounts})
    return Newcomer(id=id, name=person.name or id, identity=identity, assignments=given)


def _linked(person: Person, provider: Provider, accounts: Iterable[Account]) -> Account | None:
    key = (provider.issuer, person.subject)
    return next((each for each in accounts if each.identity and each.identity.key == key), None)


def _waiting(person: Person, provider: Provider, accounts: Iterable[Account]) -> Account | None:
    """The account that waits for this address. Only the provider's word that it is his counts, and only of domains
    that the administrator has named: elsewhere anybody may call himself anything.
    """
    if not person.email:
        return None
    issuer, email = provider.issuer, person.email
    found = next((each for each in accounts if each.identity and each.identity.waits_for(issuer, email)), None)
    if found is None:
        return None
    if not person.email_verified or email.partition("@")[2] not in provider.email_domains:
        raise Denied("unconfirmed", "the address is not confirmed, or its domain is not listed", person.subject)
    return found


def _entry(account: Account, person: Person, provider: Provider, *, first: bool) -> Entry:
    if account.disabled:
        raise Denied("disabled", f"account {account.id} is disabled", person.subject)
    if account.identity is None or not account.identity.mapped:
        return Entry(account=account, first=first)
    given = provider.assignments(person.groups)
    return Entry(account=account, first=first, assignments=given)


def free_id(person: Person, issuer: str, taken: set[str]) -> str:
    """A word for a new account: from his user name or address, with a number where it is taken."""
    wished = _word(person.username.partition("@")[0]) or _word(person.email.partition("@")[0])
    base = wished or "p" + sha256(f"{issuer} {person.subject}".encode()).hexdigest()[:12]
    number = 2
    id = base
    while id in taken:
        id, number = f"{base}-{number}", number + 1
    return id


def _word(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    word = _NOT_IN_ID.sub(".", plain).strip("._-")[:LONGEST_ID]
    return word if len(word) >= 2 else ""
