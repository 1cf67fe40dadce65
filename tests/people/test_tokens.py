"""Tokens: never worth more than their owner, and worth nothing once their time is over."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people_at_hand import ADMINISTRATOR, CITY, NOW, OPERATOR, wish

from pinisi.people.account_register import AccountChange
from pinisi.people.accounts import Account, Assignment, principal_of
from pinisi.people.errors import BadField, Conflict, NotThere
from pinisi.people.fixed import DEMO
from pinisi.people.kept import PEOPLE
from pinisi.people.narrowing import narrowed
from pinisi.people.register import People
from pinisi.people.roles import NEVER_BY_TOKEN, PERMISSIONS, ROLES
from pinisi.people.token_register import TokenWish
from pinisi.people.tokens import LONGEST_LIFE, USED_EVERY, USUAL_LIFE, Token, read_token, token_principal
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import DAY
from pinisi.vocabulary.principal import EVERYTHING, Grant, Grants

READ = TokenWish(label="Dashboard", permissions=frozenset({"context.read"}))


@pytest.mark.anyio
class TestRegister:
    async def test_the_text_opens_the_token(self, people: People, budi: Account) -> None:
        made = await people.tokens.make("budi", READ, DEMO, NOW)
        opened = await people.tokens.opened(made.text, NOW)
        assert opened is not None
        assert (opened.id, opened.owner, opened.expires_at) == (made.token.id, "budi", NOW + USUAL_LIFE)

    async def test_only_a_hash_of_the_secret_is_kept(self, people: People, budi: Account, store: SqliteStore) -> None:
        made = await people.tokens.make("budi", READ, DEMO, NOW)
        _, id, secret = made.text.split("_")
        [(kept_id, _, body)] = await store.documents(PEOPLE, "token")
        assert kept_id == id
        assert len(bytes.fromhex(secret)) * 8 == 256
        assert secret.encode() not in body
        assert made.token.digest == sha256(secret.encode()).digest()

    async def test_a_changed_or_foreign_text_opens_nothing(self, people: People, budi: Account) -> None:
        text = (await people.tokens.make("budi", READ, DEMO, NOW)).text
        other = (await people.tokens.make("budi", READ, DEMO, NOW)).text
        wrong = text[:-1] + ("0" if text[-1] != "0" else "1")
        mixed = text[:-64] + other[-64:]
        for guess in (wrong, mixed, text.upper(), text[:-1], "", "pinisi", "_" * 3, "a" * 100_000):
            assert await people.tokens.opened(guess, NOW) is None

    async def test_a_token_ends_at_its_expiry(self, people: People, budi: Account) -> None:
        made = await people.tokens.make(
            "budi", TokenWish(label="x", permissions=READ.permissions, expires_at=NOW + DAY), DEMO, NOW
        )
        assert await people.tokens.opened(made.text, NOW + DAY - 1)
        assert await people.tokens.opened(made.text, NOW + DAY) is None

    async def test_a_revoked_token_opens_nothing_and_stays_on_record(self, people: People, budi: Account) -> None:
        made = await people.tokens.make("budi", READ, DEMO, NOW)
        await people.tokens.revoke(made.token.id, principal_of(budi, CITY), NOW + 1)
        assert await people.tokens.opened(made.text, NOW + 1) is None
        assert [token.revoked_at for token in await people.tokens.all()] == [NOW + 1]
        with pytest.raises(Conflict):
            await people.tokens.revoke(made.token.id, DEMO, NOW + 2)

    async def test_nobody_sees_or_revokes_another_ones_token(self, people: People, ani: Account, budi: Account) -> None:
        made = await people.tokens.make("ani", READ, DEMO, NOW)
        operator = principal_of(budi, CITY)
        assert await people.tokens.seen_by(operator) == []
        with pytest.raises(NotThere):
            await people.tokens.revoke(made.token.id, operator, NOW)
        assert await people.tokens.seen_by(principal_of(ani, CITY)) == [made.token]

    async def test_use_is_written_down_once_an_hour(self, people: People, budi: Account) -> None:
        made = await people.tokens.make("budi", READ, DEMO, NOW)
        await people.tokens.opened(made.text, NOW)
        version = await people.version()
        await people.tokens.opened(made.text, NOW + USED_EVERY - 1)
        assert await people.version() == version
        await people.tokens.opened(made.text, NOW + USED_EVERY)
        assert [token.used_at for token in await people.tokens.all()] == [NOW + USED_EVERY]

    @pytest.mark.parametrize(
        ("permissions", "why"),
        [
            (set(), "at least one"),
            ({"context.reed"}, "is none of"),
            ({"tokens.make"}, "never given to a token"),
            ({"people.manage"}, "never given to a token"),
            ({"context.read", "context.write"}, "budi does not have context.write"),
        ],
    )
    async def test_permissions_that_cannot_be_given_are_named(
        self, people: People, budi: Account, permissions: set[str], why: str
    ) -> None:
        with pytest.raises(BadField, match=why) as bad:
            await people.tokens.make("budi", TokenWish(label="x", permissions=frozenset(permissions)), DEMO, NOW)
        assert bad.value.field == "permissions"

    @pytest.mark.parametrize("expires_at", [NOW, NOW - 1, NOW + LONGEST_LIFE + 1])
    async def test_a_token_ends_within_a_year(self, people: People, budi: Account, expires_at: int) -> None:
        with pytest.raises(BadField) as bad:
            asked = TokenWish(label="x", permissions=READ.permissions, expires_at=expires_at)
            await people.tokens.make("budi", asked, DEMO, NOW)
        assert bad.value.field == "expiresAt"

    async def test_a_closed_account_makes_no_token(self, people: People, budi: Account) -> None:
        await people.accounts.change("budi", AccountChange(disabled=True), DEMO, NOW)
        with pytest.raises(NotThere):
            await people.tokens.make("budi", READ, DEMO, NOW)

    async def test_an_account_without_password_can_own_tokens(self, people: People, ani: Account) -> None:
        await people.accounts.create(wish("gauge", OPERATOR, password=None), DEMO, NOW)
        assert await people.tokens.make("gauge", READ, DEMO, NOW)


@given(st.text())
def test_any_text_can_be_read_as_a_token_or_not(text: str) -> None:
    assert read_token(text) is None or text.startswith("pinisi_")


WORDS = ("urn:t:a", "urn:t:b", "urn:t:c")
CODES = ("73.71", "73.71.09", "73.71.09.1001", "73.71.09.1002", "73.71.11", "73.72", "73.7")
words = st.none() | st.frozensets(st.sampled_from(WORDS))
codes = st.none() | st.frozensets(st.sampled_from(CODES))
grants = st.lists(st.builds(Grant, types=words, areas=codes, attributes=words, write=st.booleans()), max_size=3)
places = st.sampled_from([
    (), ("73.71",), ("73.71.09", "73.71"), ("73.71.09.1001", "73.71.09", "73.71"), ("73.71.11", "73.71"), ("73.72",)
])  # fmt: skip
some_words = st.frozensets(st.sampled_from(WORDS), max_size=3)


@given(grants, grants, some_words, places, some_words)
def test_a_token_never_sees_or_writes_more_than_its_owner(
    owned: list[Grant], limits: list[Grant], types: frozenset[str], areas: tuple[str, ...], attributes: frozenset[str]
) -> None:
    owner, token = Grants(tuple(owned)), narrowed(Grants(tuple(owned)), tuple(limits))
    limit = Grants(tuple(limits))
    for wider in (owner, limit):
        seen, at_most = token.projection(types, areas), wider.projection(types, areas)
        if seen is not None:
            assert at_most is not None
            if at_most.attributes is not None:
                assert seen.attributes is not None
                assert seen.attributes <= at_most.attributes
        assert wider.may_write(types, areas, attributes) or not token.may_write(types, areas, attributes)


@given(grants)
def test_limits_within_everything_are_the_limits_themselves(limits: list[Grant]) -> None:
    whole = narrowed(EVERYTHING, tuple(limits))
    open_limits = [limit for limit in limits if limit.types != frozenset() and limit.areas != frozenset()]
    assert whole.grants == tuple(open_limits)


def test_a_kelurahan_lies_within_its_kecamatan() -> None:
    owner = Grants((Grant(areas=frozenset({"73.71.09"})),))
    for code, inside in (("73.71.09.1001", True), ("73.71.09", True), ("73.71.0", False), ("73.71.11", False)):
        token = narrowed(owner, (Grant(areas=frozenset({code})),))
        assert bool(token.grants) is inside
    wider = narrowed(owner, (Grant(areas=frozenset({"73.71"})),))
    assert wider == owner


roles = st.sampled_from(sorted(ROLES))
assignments = st.lists(
    st.builds(Assignment, role=roles, tenants=st.none() | st.just(frozenset({CITY})), types=words, write=st.booleans()),
    max_size=3,
)


@given(
    assignments,
    st.frozensets(st.sampled_from(sorted(PERMISSIONS))),
    st.none() | grants.map(tuple),
    st.none() | st.just(frozenset({CITY})) | st.just(frozenset({"other"})),
    st.sampled_from([CITY, "other"]),
)
def test_a_token_may_never_do_more_than_its_owner_or_than_it_was_made_for(
    held: list[Assignment],
    permissions: frozenset[str],
    limits: tuple[Grant, ...] | None,
    tenants: frozenset[str] | None,
    tenant: str,
) -> None:
    owner = Account(id="ani", name="Ani", assignments=tuple(held), created_at=0, changed_at=0)
    token = Token(
        id="t",
        owner="ani",
        label="x",
        digest=b"",
        permissions=permissions,
        tenants=tenants,
        limits=limits,
        made_at=0,
        expires_at=1,
    )
    bearer = token_principal(token, owner, tenant)
    assert bearer.permissions <= principal_of(owner, tenant).permissions & permissions
    assert not bearer.permissions & NEVER_BY_TOKEN
    if tenants is not None and tenant not in tenants:
        assert (bearer.permissions, bearer.grants) == (frozenset(), Grants())


def test_who_acts_with_a_token_is_named_by_its_label_and_owner() -> None:
    owner = Account(id="ani", name="Ani", assignments=(ADMINISTRATOR,), created_at=0, changed_at=0)
    token = Token(id="ab12", owner="ani", label="Gauges", digest=b"", permissions=frozenset(), made_at=0, expires_at=1)
    bearer = token_principal(token, owner, CITY)
    assert (bearer.id, bearer.name, bearer.kind) == ("token:ab12", "Gauges (Ani)", "token")
