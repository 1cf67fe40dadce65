"""docs/reference/people.md says what the code does."""

from pathlib import Path

import pytest

from pinisi.console.http import Route
from pinisi.console.people_endpoints import PEOPLE_ROUTES
from pinisi.people import acts
from pinisi.people.roles import PERMISSIONS, ROLES

PAGE = (Path(__file__).parents[2] / "docs/reference/people.md").read_text(encoding="utf-8")


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_every_permission_stands_with_its_meaning() -> None:
    for word, meaning in PERMISSIONS.items():
        assert f"| `{word}` | {meaning} |" in PAGE


def test_the_table_of_roles_is_that_of_the_code() -> None:
    lines = PAGE.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("| permission | administrator"))
    roles = cells(lines[start])[1:]
    table = {role: {cells(line)[0].strip("`") for line in lines[start + 2 : start + 2 + len(PERMISSIONS)]
                    if cells(line)[1 + roles.index(role)] == "yes"} for role in roles}  # fmt: skip
    assert table == {role: set(permissions) for role, permissions in ROLES.items()}


@pytest.mark.parametrize("route", PEOPLE_ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_stands_with_its_permission_and_parameters(route: Route) -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{route.method} {route.path}` |"))
    assert cells(line)[1].startswith("open:" if route.permission is None else f"`{route.permission}`")
    assert all(f"`{parameter}`" in PAGE for parameter in route.parameters)


def test_every_act_stands() -> None:
    words = [word for name, word in vars(acts).items() if name.isupper()]
    assert words
    assert all(f"`{word}`" in PAGE for word in words)
