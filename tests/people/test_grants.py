"""A table of grants: role, limits -> which entities of Makassar, which attributes, read or write."""

import pytest

from pinisi.people.accounts import Account, Assignment, principal_of
from pinisi.vocabulary.principal import NOTHING, Grants
from pinisi.vocabulary.terms import INCIDENT

BANK, CLINIC, VISIT = "urn:WasteBank", "urn:Puskesmas", "urn:Visit"
STOCK, NAME = "urn:stock", "urn:name"
RAPPOCINI, BALLA, BIRING = "73.71.09", "73.71.09.1001", "73.71.11"
CITY = "makassar"


def grants_of(*assignments: Assignment, tenant: str = CITY, disabled: bool = False) -> Grants:
    account = Account(
        id="budi", name="Budi", assignments=assignments, created_at=0, changed_at=0, password="-", disabled=disabled
    )
    return principal_of(account, tenant).grants


def held(role: str, **limits: object) -> Assignment:
    return Assignment(role=role, **{k: frozenset(v) if isinstance(v, tuple) else v for k, v in limits.items()})  # type: ignore[arg-type]


ALL = (STOCK, NAME)
NONE = None
SEEN = [
    # role, limits, entity's types, its areas -> the attributes seen of STOCK and NAME (None: not even its existence)
    ("viewer", {}, (BANK,), (), ALL),
    ("viewer", {"types": (BANK,)}, (BANK,), (), ALL),
    ("viewer", {"types": (BANK,)}, (CLINIC, BANK), (), ALL),
    ("viewer", {"types": (BANK,)}, (CLINIC,), (), NONE),
    ("viewer", {"areas": (RAPPOCINI,)}, (BANK,), (BALLA, RAPPOCINI), ALL),
    ("viewer", {"areas": (BALLA,)}, (BANK,), (BALLA, RAPPOCINI), ALL),
    ("viewer", {"areas": (BALLA,)}, (BANK,), (RAPPOCINI,), NONE),
    ("viewer", {"areas": (RAPPOCINI,)}, (BANK,), (BIRING,), NONE),
    ("viewer", {"areas": (RAPPOCINI,)}, (BANK,), (), NONE),
    ("viewer", {"attributes": (NAME,)}, (BANK,), (), (NAME,)),
    ("viewer", {"types": (BANK,), "areas": (RAPPOCINI,)}, (BANK,), (BIRING,), NONE),
    ("viewer", {"types": (BANK,), "areas": (RAPPOCINI,)}, (CLINIC,), (RAPPOCINI,), NONE),
    ("viewer", {"types": (BANK,), "areas": (RAPPOCINI,), "attributes": (NAME,)}, (BANK,), (RAPPOCINI,), (NAME,)),
    ("viewer", {"types": ()}, (BANK,), (), NONE),
    ("viewer", {"attributes": ()}, (BANK,), (), ()),
    ("viewer", {"tenants": ("other",)}, (BANK,), (), NONE),
    ("viewer", {"types": (BANK,)}, (INCIDENT,), (RAPPOCINI,), ALL),
    ("viewer", {"types": (BANK,), "areas": (RAPPOCINI,)}, (INCIDENT,), (RAPPOCINI,), ALL),
    ("viewer", {"types": (BANK,), "areas": (RAPPOCINI,)}, (INCIDENT,), (BIRING,), NONE),
    ("partner", {"types": (BANK,)}, (INCIDENT,), (RAPPOCINI,), NONE),
]


@pytest.mark.parametrize(("role", "limits", "types", "areas", "seen"), SEEN)
def test_what_is_seen(
    role: str, limits: dict[str, object], types: tuple[str, ...], areas: tuple[str, ...], seen: tuple[str, ...] | None
) -> None:
    projection = grants_of(held(role, **limits)).projection(types, areas)
    if seen is None or projection is None:
        assert projection is seen
    else:
        assert tuple(a for a in ALL if projection.attributes is None or a in projection.attributes) == seen


WRITTEN = [
    # role, limits, entity's types, its areas, attributes -> may they be written
    ("administrator", {}, (BANK,), (), (STOCK,), True),
    ("steward", {}, (BANK,), (), (STOCK,), True),
    ("technician", {}, (BANK,), (), (), True),
    ("department", {"types": (BANK,)}, (BANK,), (), (STOCK, NAME), True),
    ("department", {"types": (BANK,)}, (CLINIC,), (), (STOCK,), False),
    ("department", {"types": (BANK,)}, (INCIDENT,), (), (NAME,), False),
    ("department", {"types": (BANK,), "areas": (RAPPOCINI,)}, (BANK,), (BALLA, RAPPOCINI), (STOCK,), True),
    ("department", {"types": (BANK,), "areas": (RAPPOCINI,)}, (BANK,), (BIRING,), (STOCK,), False),
    ("department", {"attributes": (STOCK,)}, (BANK,), (), (STOCK,), True),
    ("department", {"attributes": (STOCK,)}, (BANK,), (), (STOCK, NAME), False),
    ("department", {"write": False}, (BANK,), (), (STOCK,), False),
    ("operator", {}, (BANK,), (), (STOCK,), False),
    ("supervisor", {}, (BANK,), (), (STOCK,), False),
    ("viewer", {}, (BANK,), (), (STOCK,), False),
    ("partner", {}, (BANK,), (), (STOCK,), False),
]


@pytest.mark.parametrize(("role", "limits", "types", "areas", "attributes", "may"), WRITTEN)
def test_what_is_written(
    role: str,
    limits: dict[str, object],
    types: tuple[str, ...],
    areas: tuple[str, ...],
    attributes: tuple[str, ...],
    may: bool,
) -> None:
    assert grants_of(held(role, **limits)).may_write(types, areas, attributes) is may


def test_two_roles_add_up() -> None:
    grants = grants_of(held("viewer", attributes=(NAME,)), held("department", types=(BANK,), attributes=(STOCK,)))
    both = grants.projection((BANK,), ())
    assert both is not None
    assert both.attributes == {NAME, STOCK}
    assert grants.may_write((BANK,), (), (STOCK,))
    assert not grants.may_write((BANK,), (), (NAME,))


def test_an_administrator_without_limits_has_everything() -> None:
    assert grants_of(held("administrator")).writes_all


def test_a_disabled_account_has_nothing() -> None:
    assert grants_of(held("administrator"), disabled=True) == NOTHING
