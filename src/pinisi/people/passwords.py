"""Passwords: rules that make sense, argon2id hashes, and no hint whether an account exists.

Rules after NIST SP 800-63B, 5.1.1.2: length counts, composition rules do not; what is easily guessed is refused.
"""

import unicodedata
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from anyio import CapacityLimiter, to_thread

from pinisi.people.errors import BadField, TooSoon

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST = 12
LONGEST = 256
AT_ONCE = 2
WAITING = 32
_BESIDES_NAME = 8
_DISTINCT = 5
_FEWEST_TURNS = 5
_COMMON = ("password", "rahasia", "makassar", "indonesia", "pinisi")
_ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_STEPS = frozenset(row[n : n + 2] for row in _ROWS for n in range(len(row) - 1))


def check_password(password: str, *names: str) -> None:
    """Raises `BadField` (`password`) with the rule that it breaks. `names`: of the account, and of its person."""
    password = _normal(password)
    if len(password) < SHORTEST:
        raise BadField("password", f"must have at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise BadField("password", f"must have at most {LONGEST} characters")
    if len(set(password)) < _DISTINCT:
        raise BadField("password", f"must have at least {_DISTINCT} different characters")
    words = sorted((word for name in names for word in (name, *name.replace(".", " ").split())), key=len, reverse=True)
    if len(_without(password, words)) < _BESIDES_NAME:
        raise BadField("password", "must not be the name of the account")
    if _turns(_without(password, _COMMON)) < _FEWEST_TURNS:
        raise BadField("password", "must not be a row of keys or a common word")


def _without(password: str, words: Sequence[str]) -> str:
    rest = password.casefold()
    for word in words:
        if len(word) >= 3:
            rest = rest.replace(word.casefold(), "")
    return rest


def _turns(password: str) -> int:
    """Characters that do not simply follow from the one before, as `b` from `a` and `7` from `6`."""
    return bool(password) + sum(a != b and a + b not in _STEPS for a, b in pairwise(password))


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password[: 4 * LONGEST])


class Passwords:
    """Hashes and proves passwords in a thread, few at once: each takes tens of milliseconds and 64 MiB (RFC 9106).

    More than `WAITING` callers in line get `TooSoon`, so that a flood of attempts cannot fill the memory.
    """

    def __init__(self, hasher: "PasswordHasher | None" = None) -> None:
        self._given = hasher
        self._waiting = 0

    async def hash(self, password: str) -> str:
        return await to_thread.run_sync(self._hasher.hash, _normal(password), limiter=self._limiter)

    async def proves(self, kept: str | None, password: str) -> bool:
        """Whether the password fits. Without a kept hash it takes the same time and fails.

        Raises:
            TooSoon: too many are waiting.
        """
        if self._waiting >= WAITING:
            raise TooSoon(2)
        self._waiting += 1
        try:
            return await to_thread.run_sync(self._fits, kept, password, limiter=self._limiter)
        finally:
            self._waiting -= 1

    def is_outdated(self, kept: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _fits(self, kept: str | None, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            fits = self._hasher.verify(kept or self._nobody, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return fits and bool(kept)

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        """Loaded with the first password: a broker that only programs speak to spares its memory."""
        from argon2 import PasswordHasher

        return self._given or PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """A hash of nothing that anyone knows, of the same cost as a real one."""
        return self._hasher.hash("nobody signs in with this")

    @cached_property
    def _limiter(self) -> CapacityLimiter:
        return CapacityLimiter(AT_ONCE)
