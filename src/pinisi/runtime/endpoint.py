"""What an endpoint of a service is: an HTTP address of its own, under a permission, with typed body, query and answer.

A service declares it; the console mounts it at `/pinisi/v1/services/NAME/...` and keeps the order of things:
permission, body, query, time limit. docs/reference/endpoints.md is its page.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

import msgspec

from pinisi.city.text import Text
from pinisi.people.roles import PERMISSIONS
from pinisi.runtime.job import check_shape

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
_PATH = re.compile(r"(/([a-z][a-z0-9-]*|\{[a-z][a-z0-9_]*\}))+")
_BRACES = re.compile(r"\{(\w+)\}")
OF_THE_HOUSE = frozenset({"backtest", "reactions"})
"""How no path may begin: the house has addresses of its own there."""
LONGEST_SECONDS = 60.0


class Raw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer that is no JSON: the bytes of the endpoint's `media`, as they are sent."""

    body: bytes


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One address of a service.

    `path` begins with `/`; `{name}` takes one segment, which `Visit.params` has by its name. `permission` is one of
    `people.roles.PERMISSIONS`; only an endpoint that says in `open`, in English, why it is open to everybody has none.

    `body`, `query` and `answer` are frozen structs that refuse fields which they do not know; without `answer` there
    is nothing to say (204), and `Raw` is one in the endpoint's own `media`. `handle` takes a `Visit` and has `seconds`
    for it; it must not compute for long: that is a job. What it raises for the one who asks is in
    `pinisi.runtime.visit`.
    """

    method: Method
    path: str
    title: Text
    handle: Callable[[Any], Awaitable[msgspec.Struct | None]]
    permission: str | None = None
    open: str = ""
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    answer: type[msgspec.Struct] | None = None
    status: Literal[200, 201, 202] = 200
    media: str = "application/json"
    seconds: float = 10

    def __post_init__(self) -> None:
        self._check_address()
        self._check_permission()
        if (self.answer is Raw) != (self.media != "application/json"):
            raise ValueError(f"{self.name}: answers Raw in a media of its own, or JSON")
        for shape in (self.body, self.query, self.answer):
            if shape is not None:
                check_shape(shape)
        if self.body is not None and self.method in ("GET", "DELETE"):
            raise ValueError(f"{self.name}: has a body, and {self.method} takes none")
        if not 0 < self.seconds <= LONGEST_SECONDS:
            raise ValueError(f"{self.name}: seconds has to be above 0 and at most {LONGEST_SECONDS:g}")

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters of its query."""
        return () if self.query is None else self.query.__struct_encode_fields__

    def _check_address(self) -> None:
        if _PATH.fullmatch(self.path) is None:
            raise ValueError(f"{self.name}: a path is like /owners/{{key}}/visits")
        if self.path.split("/")[1] in OF_THE_HOUSE:
            raise ValueError(f"{self.name}: begins with {self.path.split('/')[1]}, which is the house's own")
        named = _BRACES.findall(self.path)
        if len(set(named)) != len(named):
            raise ValueError(f"{self.name}: a parameter stands twice")

    def _check_permission(self) -> None:
        if (self.permission is None) != bool(self.open):
            raise ValueError(f"{self.name}: needs either a permission, or in `open` the reason why it needs none")
        if self.permission is None:
            return
        if self.permission not in PERMISSIONS:
            raise ValueError(f"{self.name}: permission {self.permission!r} is not among {', '.join(PERMISSIONS)}")
        if self.method != "GET" and self.permission.endswith(".read"):
            raise ValueError(f"{self.name}: changes something, and asks only for {self.permission}")


def check_endpoints(endpoints: Sequence[Endpoint]) -> None:
    """
    Raises:
        ValueError: two cannot be told apart, call a parameter at one place by two names, or have types of one name.
    """
    seen: dict[str, str] = {}
    for path in {each.path for each in endpoints}:
        shape = _BRACES.sub("{}", path)
        if shape in seen:
            raise ValueError(f"{path} and {seen[shape]} are one place with two names")
        seen[shape] = path
    shapes = (shape for each in endpoints for shape in (each.body, each.query, each.answer))
    types = {shape for shape in shapes if shape is not None and shape is not Raw}
    names = [each.name for each in endpoints] + [f"the type {shape.__name__}" for shape in types]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} stands twice")
