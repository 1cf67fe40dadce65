"""What a decoded JSON value is, told to the type checker."""

from typing import Any, TypeGuard


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def each(value: Any) -> list[Any]:
    """A list as it is, anything else as a list of one."""
    return value if is_list(value) else [value]
