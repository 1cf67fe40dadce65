"""What each role may do."""

import pytest

from pinisi.people.accounts import Assignment
from pinisi.people.roles import ASSIGNABLE, NEVER_BY_TOKEN, PERMISSIONS, ROLES, WHOLE_HOUSE, permissions_of

LIMITS = (
    {"tenants": frozenset({"makassar"})},
    {"types": frozenset({"urn:t"})},
    {"areas": frozenset({"73.71.09"})},
    {"attributes": frozenset({"urn:a"})},
    {"write": False},
)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_gives_only_permissions_that_are_named(role: str) -> None:
    assert ROLES[role] <= PERMISSIONS.keys()


def test_an_administrator_may_do_everything() -> None:
    assert Assignment(role="administrator").permissions == PERMISSIONS.keys()


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("role", sorted(ASSIGNABLE))
def test_a_limited_assignment_never_reaches_the_whole_house(role: str, limit: dict[str, frozenset[str]]) -> None:
    assert not Assignment(role=role, **limit).permissions & WHOLE_HOUSE


@pytest.mark.parametrize("role", sorted(ASSIGNABLE))
def test_without_writing_nobody_changes_or_acts(role: str) -> None:
    permissions = Assignment(role=role, write=False).permissions
    writing = {"context.write", "incidents.act", "incidents.verify", "units.dispatch", "stage.set", "warnings.release"}
    assert not permissions & (writing | {"people.manage", "house.manage"})


def test_only_administrators_manage_people() -> None:
    assert [role for role in ROLES if "people.manage" in ROLES[role]] == ["administrator"]


def test_everyone_but_those_in_the_field_can_open_the_console_and_read_what_is_granted() -> None:
    assert (ROLES["crew"], ROLES["surveyor"]) == ({"crew.act"}, {"surveys.fill"})
    assert all({"console.read", "context.read"} <= ROLES[role] for role in ROLES.keys() - {"crew", "surveyor"})


def test_an_unknown_role_gives_nothing() -> None:
    assert permissions_of("king", whole=True) == frozenset()


def test_the_public_role_is_nobodys_account() -> None:
    assert "public" in ROLES
    assert "public" not in ASSIGNABLE
    assert not ROLES["public"] & (NEVER_BY_TOKEN | WHOLE_HOUSE | {"context.write", "incidents.act"})
