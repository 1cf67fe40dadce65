"""The service paths of NGSI v2 (`Fiware-ServicePath`), scopes here: `/a`, `/a/#` for all below, several by commas."""

from pinisi.context.problems import BadRequestData
from pinisi.context.validate import check_scopes
from pinisi.store.query import AnyOf, ScopeIs, ScopeSelection

MOST_PATHS = 10
_HEADER = "Fiware-ServicePath"


def scopes_of(text: str) -> ScopeSelection | None:
    """The scopes that are asked for; `/`, `/#` and nothing ask nothing.

    Raises:
        BadRequestData: one of the paths is none, or there are too many.
    """
    paths = [path.strip() for path in (text or "/").split(",")]
    if len(paths) > MOST_PATHS:
        raise BadRequestData(f"at most {MOST_PATHS} paths", _HEADER)
    if any(path in ("/", "/#", "") for path in paths):
        return None
    asked = tuple(ScopeIs(tuple(check_path(path).strip("/").split("/"))) for path in paths)
    return asked[0] if len(asked) == 1 else AnyOf(asked)


def check_path(path: str) -> str:
    """One path, as it was given.

    Raises:
        BadRequestData: it is none.
    """
    if not path.startswith("/"):
        raise BadRequestData(f"{path[:80]!r} does not begin with /", _HEADER)
    check_scopes(path.removesuffix("/#"))
    return path
