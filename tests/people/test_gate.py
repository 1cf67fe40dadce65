"""The gate: who is admitted as whom, and that a change of people counts from the next request on."""

import pytest
from people_at_hand import ADMINISTRATOR, CITY, HERE, NOW, OPERATOR, PASSWORD, quick_passwords, wish

from pinisi.people.account_register import AccountChange
from pinisi.people.accounts import Account, Assignment, principal_of
from pinisi.people.errors import RefusedToStart
from pinisi.people.fixed import DEMO, NOBODY
from pinisi.people.gate import KEPT_FOR, Gate
from pinisi.people.public import public_view
from pinisi.people.register import People
from pinisi.people.sessions import IDLE
from pinisi.people.token_register import TokenWish
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import DAY
from pinisi.vocabulary.principal import Grant, Principal

pytestmark = pytest.mark.anyio
READ = TokenWish(label="Dashboard", permissions=frozenset({"context.read"}))


@pytest.fixture
def gate(people: People) -> Gate:
    return Gate(people)


def on_loopback(store: SqliteStore) -> Gate:
    return Gate(People(store, loopback=True, passwords=quick_passwords()))


def bearer(text: str) -> dict[bytes, bytes]:
    return {b"authorization": b"Bearer " + text.encode()}


async def session_of(people: People, account: Account) -> dict[bytes, bytes]:
    signed_in = await people.sessions.sign_in(account.id, PASSWORD, HERE, NOW)
    return {b"cookie": b"theme=dark; pinisi_session=" + signed_in.cookie.encode()}


async def token_of(people: People, account: Account, asked: TokenWish = READ) -> dict[bytes, bytes]:
    return bearer((await people.tokens.make(account.id, asked, DEMO, NOW)).text)


async def admit(gate: Gate, headers: dict[bytes, bytes], now: int = NOW, tenant: str = CITY) -> Principal | None:
    return await gate.admit(headers, HERE, tenant, now)


async def test_on_this_machine_without_accounts_everyone_is_the_demos_administrator(store: SqliteStore) -> None:
    admitted = await on_loopback(store).admit({}, "127.0.0.1", CITY, NOW)
    assert admitted is DEMO
    assert admitted.name == "Administrator (demo)"
    assert admitted.grants.writes_all


async def test_the_demo_is_only_for_this_machine(store: SqliteStore, gate: Gate) -> None:
    assert await on_loopback(store).admit({}, "10.0.0.9", CITY, NOW) is None
    assert await gate.admit({}, "127.0.0.1", CITY, NOW) is None


async def test_the_demo_ends_with_the_first_account(store: SqliteStore, people: People) -> None:
    gate = on_loopback(store)
    assert await gate.admit({}, "127.0.0.1", CITY, NOW) is DEMO
    await people.accounts.create(wish("ani", ADMINISTRATOR), DEMO, NOW)
    assert await gate.admit({}, "127.0.0.1", CITY, NOW) is None


async def test_a_cookie_admits_its_account(people: People, budi: Account, gate: Gate) -> None:
    headers = await session_of(people, budi)
    assert await admit(gate, headers) == principal_of(budi, CITY)


async def test_a_token_admits_with_what_it_was_made_for(people: People, budi: Account, gate: Gate) -> None:
    admitted = await admit(gate, await token_of(people, budi))
    assert admitted is not None
    assert (admitted.kind, admitted.permissions) == ("token", {"context.read"})


async def test_a_token_goes_before_a_cookie(people: People, budi: Account, gate: Gate) -> None:
    both = await session_of(people, budi) | await token_of(people, budi)
    admitted = await admit(gate, both)
    assert admitted is not None
    assert admitted.kind == "token"


async def test_a_wrong_token_is_not_saved_by_a_cookie(people: People, budi: Account, gate: Gate) -> None:
    assert await admit(gate, await session_of(people, budi) | bearer("pinisi_0_0")) is None


async def test_credentials_of_other_schemes_are_left_to_others(people: People, budi: Account, gate: Gate) -> None:
    headers = await session_of(people, budi) | {b"authorization": b"Basic cHJveHk6cHJveHk="}
    assert await admit(gate, headers) == principal_of(budi, CITY)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"cookie": b"pinisi_session=" + b"0" * 64},
        {b"cookie": b"pinisi_session="},
        {b"cookie": b"pinisi_session=\xff\xfe;;="},
        {b"authorization": b"Bearer"},
        {b"authorization": b"Bearer \xff"},
        {b"authorization": b"bearer pinisi_000000000000_" + b"0" * 64},
    ],
)
async def test_without_a_good_credential_one_has_to_sign_in(
    ani: Account, gate: Gate, headers: dict[bytes, bytes]
) -> None:
    assert await admit(gate, headers) is None


async def test_a_role_counts_only_in_its_tenants(people: People, budi: Account, gate: Gate) -> None:
    headers = await session_of(people, budi)
    elsewhere = await admit(gate, headers, tenant="elsewhere")
    assert elsewhere is not None
    assert elsewhere.permissions == frozenset()
    assert elsewhere.grants.projection(("urn:t",), ()) is None
    assert await gate.tenants(headers, HERE, ["_people", "elsewhere", CITY], NOW) == [CITY]


async def test_nobody_enters_a_reserved_tenant(people: People, ani: Account, gate: Gate, store: SqliteStore) -> None:
    assert await admit(gate, await session_of(people, ani), tenant="_people") is NOBODY
    assert await on_loopback(store).admit({}, "127.0.0.1", "_people", NOW) is NOBODY


async def test_disabling_an_account_counts_at_once(people: People, budi: Account, gate: Gate) -> None:
    session, token = await session_of(people, budi), await token_of(people, budi)
    assert await admit(gate, session)
    assert await admit(gate, token)
    await people.accounts.change("budi", AccountChange(disabled=True), DEMO, NOW)
    assert await admit(gate, session) is None
    assert await admit(gate, token) is None


async def test_a_changed_role_counts_at_once_for_sessions_and_tokens(people: People, budi: Account, gate: Gate) -> None:
    session, token = await session_of(people, budi), await token_of(people, budi)
    assert await admit(gate, session)
    assert await admit(gate, token)
    nowhere = Assignment(role="viewer", tenants=frozenset({"elsewhere"}))
    await people.accounts.change("budi", AccountChange(assignments=(nowhere,)), DEMO, NOW)
    for headers in (session, token):
        admitted = await admit(gate, headers)
        assert admitted is not None
        assert admitted.permissions == frozenset()


async def test_revoking_and_signing_out_count_at_once(people: People, budi: Account, gate: Gate) -> None:
    session = await session_of(people, budi)
    made = await people.tokens.make("budi", READ, DEMO, NOW)
    assert await admit(gate, session)
    assert await admit(gate, bearer(made.text))
    await people.tokens.revoke(made.token.id, DEMO, NOW)
    await people.sessions.sign_out(session[b"cookie"].decode().rpartition("=")[2])
    assert await admit(gate, session) is None
    assert await admit(gate, bearer(made.text)) is None


async def test_an_expiry_counts_to_the_microsecond_though_passes_are_kept(
    people: People, budi: Account, gate: Gate
) -> None:
    ends = NOW + KEPT_FOR // 2
    asked = TokenWish(label="x", permissions=READ.permissions, expires_at=ends)
    token, session = await token_of(people, budi, asked), await session_of(people, budi)
    assert await admit(gate, token)
    assert await admit(gate, token, ends - 1)
    assert await admit(gate, token, ends) is None
    assert await admit(gate, session, NOW + IDLE - 1)
    assert await admit(gate, session, NOW + 2 * IDLE) is None


async def test_a_hit_answers_the_very_same_principal(people: People, budi: Account, gate: Gate) -> None:
    headers = await session_of(people, budi)
    first = await admit(gate, headers)
    assert await admit(gate, headers, NOW + 1) is first
    assert await admit(gate, dict(headers), NOW + 2) is first


async def test_a_session_in_use_slides_through_the_gate(people: People, budi: Account, gate: Gate) -> None:
    headers = await session_of(people, budi)
    for moment in range(NOW, NOW + 3 * DAY, IDLE // 2):
        assert await admit(gate, headers, moment)


async def test_what_is_kept_is_bounded(people: People, budi: Account) -> None:
    gate = Gate(people, capacity=2)
    headers = await session_of(people, budi)
    for tenant in ("a", "b", "c", CITY):
        assert await admit(gate, headers, tenant=tenant)
    assert len(gate._passes) == 2


async def test_guesses_push_nobody_out(people: People, budi: Account) -> None:
    gate = Gate(people, capacity=2)
    headers = await session_of(people, budi)
    first = await admit(gate, headers)
    for n in range(5):
        assert await admit(gate, bearer(f"pinisi_{n:012}_{n:064}")) is None
        assert await admit(gate, {b"cookie": b"pinisi_session=%064d" % n}) is None
    assert await admit(gate, headers) is first


async def test_what_the_city_opens_is_read_without_account(store: SqliteStore, ani: Account) -> None:
    types = frozenset({"urn:WasteBank"})
    view = public_view("public", types=types, tenants=frozenset({CITY}))
    gate = Gate(People(store, loopback=False, public=view))
    for headers in ({}, {b"cookie": b"pinisi_session=" + b"0" * 64}):
        admitted = await admit(gate, headers)
        assert admitted is not None
        assert (admitted.kind, admitted.permissions) == ("anonymous", {"context.read", "console.read"})
        assert admitted.grants.grants == (Grant(types=types),)
    assert await admit(gate, {}, tenant="elsewhere") is None
    assert await admit(gate, bearer("pinisi_0_0")) is None


@pytest.mark.parametrize("role", ["administrator", "steward", "operator", "partner"])
async def test_no_setting_lets_the_public_write_or_act(store: SqliteStore, ani: Account, role: str) -> None:
    admitted = await admit(Gate(People(store, loopback=False, public=public_view(role))), {})
    assert admitted is not None
    assert admitted.permissions <= {"context.read", "console.read", "incidents.read"}
    assert not any(grant.write for grant in admitted.grants.grants)


def test_a_public_role_that_does_not_exist_stops_the_start() -> None:
    assert public_view("") is None
    with pytest.raises(RefusedToStart, match="public_role"):
        public_view("king")


async def test_an_operator_of_one_tenant_is_not_disturbed_by_another_gate(people: People, budi: Account) -> None:
    headers = await session_of(people, budi)
    one, other = Gate(people), Gate(people)
    assert await admit(one, headers) == await admit(other, headers)
    assert OPERATOR.holds_in(CITY)
