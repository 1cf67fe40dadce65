"""The machines that an address names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.store.change import StoreUnavailable
from pinisi.store.postgres_hosts import Hosts, hosts_of


def _addresses(address: str) -> list[str]:
    return [host.address for host in hosts_of(address)]


def test_one_machine_is_asked_as_the_address_says() -> None:
    for address in ("postgresql://pinisi@db/city", "postgres:///city?host=/run/postgresql&port=5433", "postgresql://"):
        assert _addresses(address) == [address]


def test_of_several_the_one_that_takes_writes_is_meant() -> None:
    leader = "?target_session_attrs=read-write"
    assert _addresses("postgresql://pinisi:a%2Cb@one,two:5433/city") == [
        f"postgresql://pinisi:a%2Cb@one/city{leader}",
        f"postgresql://pinisi:a%2Cb@two:5433/city{leader}",
    ]
    assert _addresses("postgresql://one,[2001:db8::1]:5433/city?sslmode=require") == [
        "postgresql://one/city?sslmode=require&target_session_attrs=read-write",
        "postgresql://[2001:db8::1]:5433/city?sslmode=require&target_session_attrs=read-write",
    ]
    assert _addresses("postgresql://one,two/city?target_session_attrs=any")[0].endswith("=any")


def test_machines_may_be_named_behind_the_question_mark() -> None:
    found = hosts_of("postgresql://pinisi@/city?host=/run/one,two&port=5432,5433")
    assert [host.name for host in found] == ["/run/one", "two"]
    assert found[0].address.startswith("postgresql://pinisi@/city?")
    assert "host=two" in found[1].address
    assert "port=5433" in found[1].address
    assert all("port=6000" in host.address for host in hosts_of("postgresql:///city?host=one,two&port=6000"))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql:/one/city", "this is no address"),
        ("postgresql://one/city?wrong", "what stands behind '?' cannot be read"),
        ("postgresql:///city?host=one,two,three&port=1,2", "store: port: '1,2': 2 for 3 hosts"),
        ("postgresql://one,,two/city", "store: host: one of several has no name"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_by_name(address: str, told: str) -> None:
    with pytest.raises(StoreUnavailable, match=re.escape(told)):
        hosts_of(address)


@given(st.text(max_size=30))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    for address in (text, f"postgresql://{text}", f"postgresql:///city?{text}", f"postgresql://a,{text}/city"):
        try:
            found = hosts_of(address)
        except StoreUnavailable:
            continue
        assert found


async def _nothing(_connection: object) -> None:
    return


def test_whether_only_the_leader_is_wanted() -> None:
    assert Hosts("postgresql://one,two/city", _nothing).leader_only
    assert Hosts("postgresql://proxy/city?target_session_attrs=read-write", _nothing).leader_only
    assert not Hosts("postgresql://proxy/city", _nothing).leader_only
