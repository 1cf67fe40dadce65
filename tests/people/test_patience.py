"""Back-off: guessing gets slow, and only for the one who guesses."""

from hypothesis import given
from hypothesis import strategies as st

from pinisi.people.patience import FORGET_AFTER, FREE, FREE_FROM_ADDRESS, LONGEST_WAIT, Patience
from pinisi.vocabulary.instant import MINUTE, SECOND

HERE, THERE = "10.0.0.7", "203.0.113.9"


def failed(times: int, address: str = HERE, account: str = "ani") -> Patience:
    patience = Patience()
    for _ in range(times):
        patience.begin(account, address, 0)
    return patience


def test_the_first_mistakes_are_free() -> None:
    assert failed(FREE - 1).wait("ani", HERE, 0) == 0


def test_the_wait_doubles_and_has_an_end() -> None:
    waits = [failed(FREE + n).wait("ani", HERE, 0) for n in range(12)]
    assert waits[:4] == [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND]
    assert waits[-1] == LONGEST_WAIT


def test_success_forgets_the_mistakes_of_this_account_here() -> None:
    patience = failed(FREE)
    patience.succeeded("ani", HERE)
    assert patience.wait("ani", HERE, 0) == 0


def test_an_hour_without_mistakes_forgets_them() -> None:
    patience = failed(FREE + 20)
    assert patience.wait("ani", HERE, FORGET_AFTER + 1) == 0
    patience.begin("ani", HERE, FORGET_AFTER + 1)
    assert patience.wait("ani", HERE, FORGET_AFTER + 1) == 0


def test_other_addresses_and_accounts_do_not_wait() -> None:
    patience = failed(FREE + 10, THERE)
    assert patience.wait("ani", HERE, 0) == 0
    assert patience.wait("budi", THERE, 0) == 0


def test_one_address_that_tries_many_accounts_waits_too() -> None:
    patience = Patience()
    for n in range(FREE_FROM_ADDRESS):
        patience.begin(f"account{n}", THERE, 0)
    assert patience.wait("ani", THERE, 0) == SECOND
    assert patience.wait("ani", HERE, 0) == 0


def test_the_wait_of_a_shared_address_stays_short() -> None:
    patience = Patience()
    for n in range(FREE_FROM_ADDRESS * 4):
        patience.begin(f"account{n}", THERE, 0)
    assert patience.wait("ani", THERE, 0) == MINUTE


def test_an_ipv6_network_is_one_address() -> None:
    patience = failed(FREE, "2001:db8::1")
    assert patience.wait("ani", "2001:db8::ffff", 0) == SECOND
    assert patience.wait("ani", "2001:db8:0:1::1", 0) == 0


def test_an_ipv4_address_is_the_same_in_ipv6_clothes() -> None:
    assert failed(FREE, "::ffff:10.0.0.7").wait("ani", HERE, 0) == SECOND


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), max_size=60))
def test_memory_is_bounded(attempts: list[tuple[str, str]]) -> None:
    patience = Patience(capacity=10)
    for account, address in attempts:
        patience.begin(account, address, 0)
    assert len(patience._failures) <= 10
