"""Back-off after failed attempts, for each pair of account and address, so that nobody can lock another one out.

Kept in bounded memory: a restart forgets at most a few minutes of waiting. An attempt counts as failed from its
beginning, so that many at once gain nothing.
"""

from ipaddress import IPv6Address, ip_address

import msgspec

from pinisi.vocabulary.instant import HOUR, MINUTE, SECOND, Instant

FREE = 5
LONGEST_WAIT = 15 * MINUTE
FREE_FROM_ADDRESS = 50
LONGEST_WAIT_OF_ADDRESS = MINUTE
FORGET_AFTER = HOUR
_CAPACITY = 20_000
_LONGEST_ACCOUNT = 64


class _Failures(msgspec.Struct):
    count: int = 0
    last: Instant = 0


class Patience:
    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._capacity = capacity
        self._failures: dict[tuple[str, str], _Failures] = {}

    def wait(self, account: str, address: str, now: Instant) -> Instant:
        """Microseconds until the next attempt is heard; 0 when now."""
        pair, origin = _keys(account, address)
        return max(
            self._left(pair, now, FREE, LONGEST_WAIT),
            self._left(origin, now, FREE_FROM_ADDRESS, LONGEST_WAIT_OF_ADDRESS),
        )

    def begin(self, account: str, address: str, now: Instant) -> None:
        """An attempt begins: it counts as failed until `succeeded`."""
        for key in _keys(account, address):
            self._count(key, now)

    def succeeded(self, account: str, address: str) -> None:
        """Forgets the failures of the pair; the address only loses this attempt."""
        pair, origin = _keys(account, address)
        self._failures.pop(pair, None)
        if origin in self._failures:
            self._failures[origin].count -= 1

    def wait_at(self, address: str, now: Instant) -> Instant:
        """As `wait`, of attempts that name no account."""
        return self._left(("", _origin(address)), now, FREE_FROM_ADDRESS, LONGEST_WAIT_OF_ADDRESS)

    def begin_at(self, address: str, now: Instant) -> None:
        self._count(("", _origin(address)), now)

    def succeeded_at(self, address: str) -> None:
        failures = self._failures.get(("", _origin(address)))
        if failures is not None:
            failures.count -= 1

    def _left(self, key: tuple[str, str], now: Instant, free: int, longest: Instant) -> Instant:
        failures = self._failures.get(key)
        if failures is None or failures.count < free or now - failures.last > FORGET_AFTER:
            return 0
        pause = min(longest, SECOND << min(failures.count - free, 20))
        return max(0, failures.last + pause - now)

    def _count(self, key: tuple[str, str], now: Instant) -> None:
        failures = self._failures.pop(key, None)
        if failures is None or now - failures.last > FORGET_AFTER:
            failures = _Failures()
        failures.count += 1
        failures.last = now
        self._failures[key] = failures
        while len(self._failures) > self._capacity:
            del self._failures[next(iter(self._failures))]


def _keys(account: str, address: str) -> tuple[tuple[str, str], tuple[str, str]]:
    origin = _origin(address)
    return (account[:_LONGEST_ACCOUNT], origin), ("", origin)


def _origin(address: str) -> str:
    """The address, of IPv6 the /64 network: one household or office."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or f"{int(parsed) >> 64:x}/64")
    return str(parsed)
