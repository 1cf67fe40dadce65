"""Regular expressions of strangers: RE2, so that time is linear in the text, with bounds on pattern and memory.

RE2 is loaded with the first pattern: a broker that nobody asks for one spares its 1 MB.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

MAX_PATTERN = 1_024
_MEMORY = 1 << 20


class PatternError(ValueError):
    """The pattern is too long, or RE2 does not know it (look-around and back references it never will)."""


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Answer whether the pattern is found anywhere in a text, as POSIX `grep -E` does.

    Raises:
        PatternError: says what RE2 refuses.
    """
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"the pattern has {len(pattern)} characters, at most {MAX_PATTERN} are read")
    import re2

    refused = cast(tuple[type[Exception], ...], (re2.error, UnicodeError))
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    try:
        compiled: Any = re2.compile(pattern, options)
    except refused as error:
        raise PatternError(f"not a regular expression: {_reason(error)}") from None
    search: Callable[[str], object] = compiled.search

    def found(text: str) -> bool:
        return search(text) is not None

    return found


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else error
    return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
