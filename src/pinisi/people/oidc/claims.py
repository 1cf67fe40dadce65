"""What a provider says of a person, read from its claims (OpenID Connect Core 1.0, 5.1). Pure."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec

LONGEST_SUBJECT = 255
LONGEST_EMAIL = 254
MOST_GROUPS = 2_000


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """`subject` names him at the provider, never again anybody else (2: at most 255 ASCII characters)."""

    subject: str
    name: str = ""
    username: str = ""
    email: str = ""
    email_verified: bool = False
    groups: frozenset[str] = frozenset()


def person_of(claims: Mapping[str, Any], groups_claim: str) -> Person:
    """The person; members of a wrong shape are as if they were not there."""
    email = _text(claims, "email", LONGEST_EMAIL)
    return Person(
        subject=_text(claims, "sub", LONGEST_SUBJECT),
        name=_text(claims, "name", 200),
        username=_text(claims, "preferred_username", 200),
        email=email.casefold() if email.count("@") == 1 else "",
        email_verified=claims.get("email_verified") is True,
        groups=groups_in(claims, groups_claim) if groups_claim else frozenset(),
    )


def groups_in(claims: Mapping[str, Any], place: str) -> frozenset[str]:
    """The words at a place: a member of that very name, else one inside another (`realm_access.roles`)."""
    found = claims[place] if place in claims else _inside(claims, place)
    if isinstance(found, str):
        return frozenset({found})
    if not isinstance(found, list):
        return frozenset()
    return frozenset(each for each in cast("list[object]", found)[:MOST_GROUPS] if isinstance(each, str))


def _inside(claims: Mapping[str, Any], place: str) -> object:
    found: object = claims
    for name in place.split("."):
        if not isinstance(found, Mapping):
            return None
        found = cast("Mapping[str, object]", found).get(name)
    return found


def says_enough(claims: Mapping[str, Any], groups_claim: str) -> bool:
    """Whether nothing more has to be asked at the provider's UserInfo."""
    asked = "email" in claims and "name" in claims
    return asked and (not groups_claim or groups_claim in claims or _inside(claims, groups_claim) is not None)


def _text(claims: Mapping[str, Any], name: str, longest: int) -> str:
    value = claims.get(name)
    return value.strip() if isinstance(value, str) and value.isprintable() and len(value) <= longest else ""
