"""Which account somebody enters who comes from a provider, and what an administrator may link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people_at_hand import ADMINISTRATOR, HERE, NOW, OPERATOR, PASSWORD, wish

from pinisi.people.account_register import AccountChange, NewAccount
from pinisi.people.accounts import Account, Assignment, account_id
from pinisi.people.errors import BadField, Conflict, SignInRefused
from pinisi.people.fixed import DEMO
from pinisi.people.identities import Identity
from pinisi.people.oidc.asking import Asking, Askings, new_asking, own_page
from pinisi.people.oidc.claims import Person
from pinisi.people.oidc.errors import Denied
from pinisi.people.oidc.linking import Entry, Newcomer, entry_of, free_id
from pinisi.people.oidc.rules import Provider, RoleRule
from pinisi.people.register import People
from pinisi.vocabulary.instant import MINUTE

ISSUER = "https://sso.makassar.go.id/realms/pemkot"
KOTA = Provider(
    id="kota",
    name={"id": "Kota", "en": "City", "ja": "市"},
    issuer=ISSUER,
    client_id="pinisi",
    ask="the bureau",
    email_domains=frozenset({"makassar.go.id"}),
    groups_claim="groups",
    roles=(RoleRule(value="ops", role="operator"), RoleRule(value="boss", role="supervisor")),
)
CITRA = Person(subject="c", email="citra@makassar.go.id", email_verified=True)


def account(id: str, identity: Identity | None, *, disabled: bool = False) -> Account:
    return Account(
        id=id,
        name=id,
        assignments=(OPERATOR,),
        created_at=NOW,
        changed_at=NOW,
        identity=identity,
        disabled=disabled,
    )


def entered(person: Person, *accounts: Account, provider: Provider = KOTA) -> Entry | Newcomer:
    return entry_of(person, provider, accounts)


def why_not(person: Person, *accounts: Account, provider: Provider = KOTA) -> str:
    with pytest.raises(Denied) as denied:
        entered(person, *accounts, provider=provider)
    return denied.value.reason


def test_the_subject_decides_not_the_address() -> None:
    linked = account("citra", Identity(issuer=ISSUER, subject="c", email="old@makassar.go.id"))
    waiting = account("other", Identity(issuer=ISSUER, email="citra@makassar.go.id"))
    assert entered(CITRA, waiting, linked) == Entry(account=linked)


def test_the_same_subject_at_another_provider_is_somebody_else() -> None:
    assert why_not(CITRA, account("citra", Identity(issuer="https://other.example", subject="c"))) == "unknown"
    assert why_not(CITRA, account("citra", Identity(issuer=ISSUER + "/", email="citra@makassar.go.id"))) == "unknown"


def test_a_local_account_of_the_same_name_or_address_is_never_entered() -> None:
    assert why_not(CITRA, account("citra", None)) == "unknown"


def test_an_account_waits_only_for_a_confirmed_address_of_a_listed_domain() -> None:
    waiting = account("citra", Identity(issuer=ISSUER, email="citra@makassar.go.id"))
    assert entered(CITRA, waiting) == Entry(account=waiting, first=True)
    unsaid = Person(subject="c", email="citra@makassar.go.id")
    assert why_not(unsaid, waiting) == "unconfirmed"
    closed = Provider(id="k", name=KOTA.name, issuer=ISSUER, client_id="pinisi", ask="x")
    assert why_not(CITRA, waiting, provider=closed) == "unconfirmed"
    assert why_not(Person(subject="c", email_verified=True), waiting) == "unknown"


def test_a_disabled_account_stays_shut() -> None:
    assert why_not(CITRA, account("citra", Identity(issuer=ISSUER, subject="c"), disabled=True)) == "disabled"


def test_roles_follow_the_groups_only_of_a_mapped_account() -> None:
    person = Person(subject="c", groups=frozenset({"boss", "ops", "other"}))
    given_ = (Assignment(role="operator"), Assignment(role="supervisor"))
    mapped = account("citra", Identity(issuer=ISSUER, subject="c", mapped=True))
    assert entered(person, mapped) == Entry(account=mapped, assignments=given_)
    assert entered(CITRA, mapped) == Entry(account=mapped, assignments=())
    assigned = account("citra", Identity(issuer=ISSUER, subject="c"))
    assert entered(person, assigned) == Entry(account=assigned)


def test_a_newcomer_gets_an_account_only_where_the_file_says_so_and_a_rule_gives_a_role() -> None:
    person = Person(subject="c", name="Citra", username="Citra D.", groups=frozenset({"ops"}))
    assert why_not(person) == "unknown"
    opening = Provider(
        id="k",
        name=KOTA.name,
        issuer=ISSUER,
        client_id="p",
        ask="x",
        groups_claim="groups",
        roles=KOTA.roles,
        makes_accounts=True,
    )
    made = entered(person, account("citra.d", None), provider=opening)
    assert isinstance(made, Newcomer)
    assert (made.id, made.name, made.assignments) == ("citra.d-2", "Citra", (Assignment(role="operator"),))
    assert made.identity == Identity(issuer=ISSUER, subject="c", mapped=True)
    assert why_not(CITRA, provider=opening) == "no-role"


@given(st.text(max_size=80), st.text(max_size=80), st.sets(st.text(max_size=5)))
def test_a_made_word_is_free_and_fit_for_an_account(username: str, email: str, taken: set[str]) -> None:
    id = free_id(Person(subject="s", username=username, email=email), ISSUER, taken)
    assert id not in taken
    assert account_id(id) == id


@given(st.text(max_size=60))
def test_no_wish_leads_a_browser_out_of_the_house(to: str) -> None:
    page = own_page(to)
    assert page.startswith("/")
    assert not page.startswith(("//", "/\\", "/pinisi/"))


def test_what_was_asked_is_opened_where_it_was_sealed_and_for_ten_minutes() -> None:
    here, elsewhere = Askings(), Askings()
    asking = new_asking("kota", "/events", NOW)
    cookie = here.sealed(asking)
    assert here.opened(cookie, NOW + 9 * MINUTE) == asking
    assert here.opened(cookie, NOW + 10 * MINUTE) is None
    assert here.opened(cookie, NOW - 1) is None
    assert elsewhere.opened(cookie, NOW) is None
    assert [here.comes_back(asking, NOW), here.comes_back(asking, NOW)] == [True, False]


@given(st.text(max_size=300))
def test_any_other_cookie_opens_nothing(cookie: str) -> None:
    assert Askings().opened(cookie, NOW) is None


def test_what_came_back_is_forgotten_when_it_could_not_be_opened_any_more() -> None:
    askings = Askings()
    asked = [
        Asking(provider="k", state=str(number), nonce="", verifier="", to="/", at=NOW + number * MINUTE)
        for number in range(30)
    ]
    assert all(askings.comes_back(each, each.at) for each in asked)
    assert not askings.comes_back(asked[-1], asked[-1].at)
    assert askings.comes_back(asked[0], asked[-1].at)


pytestmark = pytest.mark.anyio
SITI = Identity(issuer=ISSUER, subject="s-1")


async def test_a_linked_account_has_no_password_and_cannot_get_one(people: People, ani: Account) -> None:
    with pytest.raises(BadField, match="password: is kept by the provider"):
        await people.accounts.create(
            NewAccount(account="siti", assignments=(OPERATOR,), password=PASSWORD, identity=SITI), DEMO, NOW
        )
    await people.accounts.create(NewAccount(account="siti", assignments=(OPERATOR,), identity=SITI), DEMO, NOW)
    with pytest.raises(BadField, match="password: is kept by the provider"):
        await people.accounts.change("siti", AccountChange(password=PASSWORD), DEMO, NOW)
    with pytest.raises(SignInRefused):
        await people.sessions.sign_in("siti", PASSWORD, HERE, NOW)


async def test_linking_takes_the_password_away_and_ends_the_sessions(people: People, budi: Account) -> None:
    signed = await people.sessions.sign_in("budi", PASSWORD, HERE, NOW)
    await people.accounts.change("budi", AccountChange(identity=SITI), DEMO, NOW + 1)
    assert await people.sessions.opened(signed.cookie, NOW + 2) is None
    with pytest.raises(SignInRefused):
        await people.sessions.sign_in("budi", PASSWORD, HERE, NOW + 3)
    back = await people.accounts.change("budi", AccountChange(identity=None, password=PASSWORD), DEMO, NOW + 4)
    assert (back.identity, await people.sessions.sign_in("budi", PASSWORD, HERE, NOW + 9_000_000) is not None) == (
        None,
        True,
    )


async def test_one_person_is_linked_with_one_account(people: People, ani: Account, budi: Account) -> None:
    waiting = Identity(issuer=ISSUER, email="Siti@Makassar.go.id")
    await people.accounts.create(NewAccount(account="siti", assignments=(OPERATOR,), identity=waiting), DEMO, NOW)
    for twice in (waiting, Identity(issuer=ISSUER, subject="s-9", email="siti@makassar.go.id")):
        with pytest.raises(Conflict, match="Account siti is linked"):
            await people.accounts.change("budi", AccountChange(identity=twice), DEMO, NOW)


async def test_the_last_administrator_with_a_password_cannot_be_linked_away(people: People, ani: Account) -> None:
    other = NewAccount(account="eka", assignments=(ADMINISTRATOR,), identity=SITI)
    await people.accounts.create(other, DEMO, NOW)
    with pytest.raises(Conflict, match="with a password"):
        await people.accounts.change("ani", AccountChange(identity=Identity(issuer=ISSUER, subject="x")), DEMO, NOW)
    await people.accounts.create(wish("dian", ADMINISTRATOR), DEMO, NOW)
    await people.accounts.change("ani", AccountChange(identity=Identity(issuer=ISSUER, subject="x")), DEMO, NOW)


async def test_roles_that_follow_groups_are_not_given_by_hand(people: People, ani: Account) -> None:
    mapped = Identity(issuer=ISSUER, subject="m", mapped=True)
    await people.accounts.create(NewAccount(account="mia", assignments=(OPERATOR,), identity=mapped), DEMO, NOW)
    with pytest.raises(Conflict, match="follow its groups"):
        await people.accounts.change("mia", AccountChange(assignments=(ADMINISTRATOR,)), DEMO, NOW)
    by_hand = AccountChange(assignments=(ADMINISTRATOR,), identity=Identity(issuer=ISSUER, subject="m"))
    assert (await people.accounts.change("mia", by_hand, DEMO, NOW)).assignments == (ADMINISTRATOR,)


@pytest.mark.parametrize(
    ("identity", "field"),
    [
        (Identity(issuer="http://sso.example", subject="x"), "identity.issuer"),
        (Identity(issuer="https://sso.example?x", subject="x"), "identity.issuer"),
        (Identity(issuer="https://user@sso.example", subject="x"), "identity.issuer"),
        (Identity(issuer=ISSUER), "identity"),
        (Identity(issuer=ISSUER, subject="x" * 256), "identity.subject"),
        (Identity(issuer=ISSUER, email="nobody"), "identity.email"),
    ],
)
async def test_an_identity_that_names_nobody_is_refused(
    people: People, ani: Account, identity: Identity, field: str
) -> None:
    with pytest.raises(BadField) as bad:
        await people.accounts.create(NewAccount(account="x1", assignments=(), identity=identity), DEMO, NOW)
    assert bad.value.field == field
