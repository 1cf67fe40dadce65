"""Those who do not sign in: what the city opens to them, by default nothing."""

from pinisi.people.accounts import Assignment
from pinisi.people.errors import RefusedToStart
from pinisi.people.roles import ROLES
from pinisi.vocabulary.principal import Grants, Principal

MAY_BE_PUBLIC = frozenset({"context.read", "console.read", "incidents.read"})
"""The most that a reader without account can get, whatever his role."""


def public_view(role: str, **limits: frozenset[str] | None) -> Assignment | None:
    """The public's assignment from the setting `public_role` (empty: none); `limits` as those of an `Assignment`.

    Raises:
        RefusedToStart: there is no such role.
    """
    if not role:
        return None
    if role not in ROLES:
        raise RefusedToStart(f"public_role: there is no role {role!r}; roles are {', '.join(sorted(ROLES))}.")
    return Assignment(role=role, write=False, **limits)


def public_principal(view: Assignment) -> Principal:
    """Who reads without account."""
    return Principal(
        id="anonymous",
        name="Public",
        kind="anonymous",
        roles=frozenset({view.role}),
        permissions=view.permissions & MAY_BE_PUBLIC,
        grants=Grants(view.grants),
    )
