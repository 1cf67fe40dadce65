"""Accounts: who a person is, and which roles he holds where. Pure: no store, no clock."""

import re
from collections.abc import Sequence

import msgspec

from pinisi.people.errors import BadField
from pinisi.people.identities import Identity
from pinisi.people.roles import ASSIGNABLE, COMMANDS, permissions_of
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grant, Grants, Principal
from pinisi.vocabulary.terms import COMMAND, INCIDENT, JOB

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_AREA = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
LONGEST_NAME = 200
WRITING = COMMANDS | frozenset(
    {"context.write", "incidents.act", "incidents.verify", "calls.take", "units.dispatch", "crew.act"}
    | {"surveys.fill", "surveys.lead"}
    | {"procedures.run", "stage.set", "exercises.run", "warnings.draft", "warnings.release"}
    | {"jobs.run", "sources.push", "sources.switch", "services.switch"}
)
"""What an assignment does not give whose `write` is taken away."""
_BESIDE = {"incidents.read": INCIDENT, "jobs.run": JOB, "commands.give": COMMAND}
"""What can be read with a permission, whatever the types."""


class Assignment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One role held in these tenants, over these types, areas and attributes; None means every one.

    `types` and `attributes` are IRIs (short names are expanded by the caller), `areas` codes of administrative areas.
    `write` False takes the writing away that the role would give.
    """

    role: str
    tenants: frozenset[str] | None = None
    types: frozenset[str] | None = None
    areas: frozenset[str] | None = None
    attributes: frozenset[str] | None = None
    write: bool = True

    @property
    def whole(self) -> bool:
        """Without any limit: the only kind that gives rights over the whole house."""
        return self.write and self.tenants is None and self._all_data

    @property
    def _all_data(self) -> bool:
        return self.types is None and self.areas is None and self.attributes is None

    @property
    def permissions(self) -> frozenset[str]:
        given = permissions_of(self.role, whole=self.whole)
        return given if self.write else given - WRITING

    def holds_in(self, tenant: str) -> bool:
        return self.tenants is None or tenant in self.tenants

    @property
    def grants(self) -> tuple[Grant, ...]:
        """The data it opens. Incidents of its areas can be read with their permission, whatever the types; so can jobs
        and commands by those who may ask for them.
        """
        permissions = self.permissions
        data = Grant(
            types=self.types,
            areas=self.areas,
            attributes=self.attributes,
            write="context.write" in permissions,
            commands=permissions & COMMANDS,
        )
        more = frozenset(type for permission, type in _BESIDE.items() if permission in permissions)
        if not more or (self.types is None and self.attributes is None):
            return (data,)
        return data, Grant(types=more, areas=self.areas)


class Account(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person's account. `id` is what he signs in with and never changes; `name` is shown.

    `password` is an argon2id hash, None where there is none (nobody can sign in with it). Sessions that began before
    `sessions_since` are over. A `one_time` password opens no session: whoever signs in with it must choose his own.
    With an `identity` he signs in at the provider that keeps it, and has no password here.
    """

    id: str
    name: str
    assignments: tuple[Assignment, ...]
    created_at: Instant
    changed_at: Instant
    password: str | None = None
    disabled: bool = False
    sessions_since: Instant = 0
    one_time: bool = False
    identity: Identity | None = None

    @property
    def administers(self) -> bool:
        """Whether he can sign in and manage the accounts of the house, also when every provider of accounts is gone."""
        manages = any("people.manage" in assignment.permissions for assignment in self.assignments)
        return manages and not self.disabled and self.password is not None


def principal_id(account: str) -> str:
    """How an account is named in the log."""
    return f"account:{account}"


def account_of(principal: str) -> str:
    """The account behind a principal's id in the log; of other principals nothing that exists."""
    return principal.removeprefix("account:") if principal.startswith("account:") else ""


def principal_of(account: Account, tenant: str) -> Principal:
    """Who the account is in one tenant; without an assignment there, one who may do nothing."""
    held = [] if account.disabled else [each for each in account.assignments if each.holds_in(tenant)]
    return Principal(
        id=principal_id(account.id),
        name=account.name,
        kind="person",
        roles=frozenset(each.role for each in held),
        permissions=frozenset[str]().union(*(each.permissions for each in held)),
        grants=Grants(tuple(grant for each in held for grant in each.grants)),
        account=account.id,
    )


def account_id(name: str) -> str:
    """The word to sign in with, made from a name: `Siti Rahma` -> `siti.rahma`.

    Raises:
        BadField: `account`, when it is not 2 to 64 letters of a-z, digits, dots, dashes or underscores.
    """
    id = ".".join(name.casefold().split())
    if not _ID.fullmatch(id):
        raise BadField("account", "must be 2 to 64 of a-z, 0-9, '.', '-', '_', beginning with a letter or digit")
    return id


def checked_name(name: str) -> str:
    """The name to show, without blanks around it; raises `BadField` (`name`)."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadField("name", f"must be 1 to {LONGEST_NAME} printable characters")
    return name


def checked_assignments(assignments: Sequence[Assignment]) -> tuple[Assignment, ...]:
    """The assignments as given, when each of them makes sense; raises `BadField` that names the first that does not."""
    for index, assignment in enumerate(assignments):
        _check(assignment, f"assignments[{index}]")
    return tuple(assignments)


def _check(assignment: Assignment, field: str) -> None:
    if assignment.role not in ASSIGNABLE:
        raise BadField(f"{field}.role", f"must be one of {', '.join(sorted(ASSIGNABLE))}")
    check_words(assignment.tenants, _TENANT, f"{field}.tenants", "the name of a tenant")
    check_reach(assignment.types, assignment.areas, assignment.attributes, field)


def check_reach(
    types: frozenset[str] | None, areas: frozenset[str] | None, attributes: frozenset[str] | None, field: str
) -> None:
    """Raises `BadField` unless types and attributes are IRIs and areas are codes."""
    check_words(types, _IRI, f"{field}.types", "an IRI of a type")
    check_words(areas, _AREA, f"{field}.areas", "the code of an area, like 73.71.09")
    check_words(attributes, _IRI, f"{field}.attributes", "an IRI of an attribute")


def check_tenants(tenants: frozenset[str] | None, field: str) -> None:
    check_words(tenants, _TENANT, field, "the name of a tenant")


def check_words(words: frozenset[str] | None, pattern: re.Pattern[str], field: str, meaning: str) -> None:
    """Raises `BadField` at the first word that is not what the field means; None (every one) is always right."""
    for word in words or ():
        if not pattern.fullmatch(word):
            raise BadField(field, f"{word[:80]!r} is not {meaning}")
