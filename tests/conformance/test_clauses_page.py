"""The page of clauses holds what the route table holds."""

import re
from pathlib import Path

import pytest

from pinisi.console.ngsi_ld_routes import NGSI_LD_ROUTES, PREFIX

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PAGE = (REFERENCE / "clauses.md").read_text(encoding="utf-8")
ROUTES = {f"{route.method} /{route.path.removeprefix(PREFIX)}": route for route in NGSI_LD_ROUTES}
CLAUSES = frozenset(re.findall(r"\b[56]\.\d+(?:\.\d+)?\b", PAGE))
TOLD = sorted(set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`]*)`", PAGE)))


@pytest.mark.parametrize("told", TOLD)
def test_every_route_on_the_page_is_served(told: str) -> None:
    assert told in ROUTES


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_the_clause_of_every_route_stands_on_the_page(name: str) -> None:
    named = re.findall(r"[56]\.\d+(?:\.\d+)?", ROUTES[name].summary)
    assert named, "a route of NGSI-LD names its clause"
    assert CLAUSES.issuperset(named)


def test_the_links_of_the_page_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([a-z0-9-]+\.md)", PAGE):
        assert (REFERENCE / target).exists(), target
