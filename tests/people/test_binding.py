"""Where the server may listen."""

import pytest

from pinisi.people.binding import is_loopback, may_bind
from pinisi.people.errors import RefusedToStart

LOOPBACK = ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost", "::ffff:127.0.0.1"]
OPEN = ["0.0.0.0", "::", "", "10.0.0.1", "192.168.1.4", "2001:db8::1", "pinisi.makassar.go.id", "::ffff:10.0.0.1"]


@pytest.mark.parametrize("host", LOOPBACK)
def test_this_machine_alone_needs_no_account(host: str) -> None:
    assert is_loopback(host)
    may_bind(host, 0)


@pytest.mark.parametrize("host", OPEN)
def test_any_other_address_needs_an_administrator(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(RefusedToStart, match="pinisi account add NAME --role administrator"):
        may_bind(host, 0)
    may_bind(host, 1)
