"""Principals that have no account."""

from pinisi.people.roles import COMMANDS, PERMISSIONS
from pinisi.vocabulary.principal import Grant, Grants, Principal

NOBODY = Principal(id="anonymous", name="Public", kind="anonymous")
"""Someone who has not signed in, where the city opens nothing to the public."""

DEMO = Principal(
    id="demo",
    name="Administrator (demo)",
    kind="person",
    roles=frozenset({"administrator"}),
    permissions=frozenset(PERMISSIONS),
    grants=Grants((Grant(write=True, commands=COMMANDS),)),
    account="demo",
)
"""Whoever sits at the machine while there are no accounts."""
