"""Signing in with the city's own accounts: a real provider, from the button to the session and out again."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from house_at_hand import BASE, OURS, PASSWORD, Opened, copy_data, open_house
from visitor import Browser

from bureau import SECRET, Bureau, client_at_provider
from patience import PATIENCE
from pinisi.console.denied_page import words
from pinisi.console.http import Call, Reply
from pinisi.console.sign_in_endpoints import SIGN_IN_ROUTES
from pinisi.people.account_register import AccountChange, NewAccount
from pinisi.people.accounts import Assignment
from pinisi.people.fixed import DEMO, NOBODY
from pinisi.people.identities import Identity
from pinisi.people.kept import PEOPLE
from pinisi.people.oidc.keeper import Keeper
from pinisi.people.oidc.rules import Provider
from pinisi.people.patience import FREE_FROM_ADDRESS
from pinisi.people.register import People, wall_clock
from pinisi.people.trail import AuditLine, AuditQuery, read_trail
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import SYSTEM

pytestmark = pytest.mark.anyio
_ADDRESSES = count(1)
ASK = "the computer bureau, extension 112"
PROVIDERS = """
address = "{base}"

[[providers]]
id = "kota"
name = {{id = "Akun Pemkot", en = "City account", ja = "市のアカウント"}}
issuer = "{issuer}"
client_id = "pinisi"
secret = "oidc-kota"
ask = "{ask}"
email_domains = ["makassar.go.id"]
groups_claim = "groups"
makes_accounts = true

[[providers.roles]]
value = "pinisi-operator"
role = "operator"
tenants = ["makassar"]

[[providers.roles]]
value = "pinisi-tamalate"
role = "steward"
areas = ["73.71.10"]

[[providers]]
id = "gone"
name = {{id = "Tutup", en = "Gone", ja = "閉鎖"}}
issuer = "http://127.0.0.1:9"
client_id = "pinisi"
ask = "{ask}"
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Bureau]:
    open_client = client_at_provider(BASE, "pinisi-public", "kota", token_endpoint_auth_method="none")
    del open_client["client_secret"]
    with Bureau([client_at_provider(BASE, "pinisi", "kota"), open_client]) as bureau:
        yield bureau


@pytest.fixture
def bureau(running: Bureau) -> Bureau:
    """The provider, behaving well."""
    running.told(fault=None, down=False, idTokenClaims=False)
    return running


@pytest.fixture(scope="module")
async def city(template: Path, running: Bureau, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    """A house that the provider's people may enter, and its local administrator."""
    data = copy_data(template, tmp_path_factory.mktemp("signed-in") / "data")
    (data / "sign-in.toml").write_text(PROVIDERS.format(base=BASE, issuer=running.issuer, ask=ASK))
    (data / "secrets").mkdir()
    (data / "secrets" / "oidc-kota").write_text(SECRET + "\n")
    async with open_house(data) as opened:
        await opened.account("ani", Assignment(role="administrator"))
        yield opened


class Visit(Protocol):
    def __call__(self, word: str, /, **claims: Any) -> Browser: ...


@pytest.fixture
async def visit(city: Opened, bureau: Bureau) -> AsyncIterator[Visit]:
    """Somebody whom the provider knows by this name and these claims, before a browser of his own."""
    people: dict[str, Any] = {}
    async with AsyncExitStack() as stack:
        opened: list[Browser] = []

        def made(word: str, /, **claims: Any) -> Browser:
            people[word] = claims
            bureau.told(people=people)
            opened.append(
                Browser(at_address(city, f"10.7.0.{next(_ADDRESSES)}"), httpx.AsyncClient(timeout=PATIENCE), word)
            )
            return opened[-1]

        yield made
        for browser in opened:
            stack.push_async_callback(browser.house.aclose)
            stack.push_async_callback(browser.outside.aclose)


def at_address(city: Opened, address: str) -> httpx.AsyncClient:
    """A browser at an address of its own: failures of one do not make another one wait."""
    transport = httpx.ASGITransport(city.application, raise_app_exceptions=False, client=(address, 50_000))
    return httpx.AsyncClient(transport=transport, base_url=BASE, timeout=PATIENCE)


async def linked(city: Opened, bureau: Bureau, id: str, role: str = "operator", **identity: Any) -> None:
    """The administrator makes an account that is linked with whom the provider calls by the same word."""
    known = Identity(issuer=bureau.issuer, **({"subject": id} | identity))
    wish = NewAccount(account=id, assignments=(Assignment(role=role),), identity=known)
    await city.house.people.accounts.create(wish, DEMO, city.house.now())


async def newest(city: Opened, count: int = 1) -> list[AuditLine]:
    page = await read_trail(city.house.store, PEOPLE, AuditQuery(limit=count), SYSTEM.grants)
    return list(page.lines)


async def test_a_linked_person_is_in_with_the_roles_of_his_account_and_it_is_on_record(
    city: Opened, bureau: Bureau, visit: Visit
) -> None:
    await linked(city, bureau, "budi")
    budi = visit("budi", name="Budi at the provider")
    answer = await budi.signs_in("kota", "/events?lang=ja")
    assert (answer.status_code, answer.headers["location"]) == (303, "/events?lang=ja")
    cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("pinisi_session="))
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    session = await budi.session()
    assert (session["principal"]["name"], session["principal"]["roles"]) == ("budi", ["operator"])
    (line,) = await newest(city)
    assert (line.act, line.subject, line.by) == ("signed-in", "account/budi", "account:budi")
    assert line.detail["provider"] == "kota"
    assert line.detail["address"].startswith("10.7.0.")


async def test_what_is_asked_of_the_provider_has_pkce_state_and_nonce_anew_each_time(visit: Visit) -> None:
    browser = visit("anyone")
    asked = [parse_qs(urlsplit(await browser.goes_to("kota")).query) for _ in range(2)]
    one, other = asked
    assert (one["response_type"], one["code_challenge_method"], one["client_id"]) == (["code"], ["S256"], ["pinisi"])
    assert one["redirect_uri"] == [f"{BASE}/pinisi/v1/sign-in/kota/callback"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(one[name][0]) == 43
        assert one[name] != other[name]


async def test_the_buttons_are_listed_for_everybody_and_no_secret_is(city: Opened, bureau: Bureau) -> None:
    async with city.client() as client:
        answer = await client.get(f"{OURS}/sign-in")
    assert [each["id"] for each in answer.json()["providers"]] == ["kota", "gone"]
    assert answer.json()["providers"][0]["name"]["id"] == "Akun Pemkot"
    assert SECRET not in answer.text
    assert "pinisi-operator" not in answer.text


async def test_a_stranger_is_told_whom_to_ask_and_by_which_number(city: Opened, visit: Visit) -> None:
    answer = await visit("stranger", email="s@makassar.go.id", email_verified=True).signs_in("kota")
    assert answer.status_code == 403
    assert ASK in answer.text
    for language in ("id", "en", "ja"):
        assert str(getattr(words()["title"], language)) in answer.text
    assert "pinisi_session" not in " ".join(answer.headers.get_list("set-cookie"))
    (line,) = await newest(city)
    assert (line.act, line.subject, line.by) == ("sign-in-denied", "account", "anonymous")
    assert (line.detail["provider"], line.detail["reason"], line.detail["subject"]) == ("kota", "no-role", "stranger")


async def test_an_account_that_waits_for_an_address_is_linked_at_the_first_sign_in_for_good(
    city: Opened, bureau: Bureau, visit: Visit
) -> None:
    await linked(city, bureau, "citra", subject="", email="Citra@Makassar.go.id")
    citra = visit("c-17", email="citra@makassar.go.id", email_verified=True)
    assert (await citra.signs_in("kota")).status_code == 303
    assert (await citra.session())["principal"]["name"] == "citra"
    _, line = await newest(city, 2)
    assert (line.act, line.subject, line.detail) == ("account-linked", "account/citra", {"provider": "kota"})
    impostor = visit("c-18", email="citra@makassar.go.id", email_verified=True)
    assert (await impostor.signs_in("kota")).status_code == 403
    renamed = visit("c-17", email="citra.new@makassar.go.id", email_verified=False)
    assert (await renamed.signs_in("kota")).status_code == 303


@pytest.mark.parametrize(
    ("email", "verified"), [("dewi@makassar.go.id", False), ("dewi@elsewhere.example", True)], ids=["unsaid", "foreign"]
)
async def test_an_address_that_is_not_confirmed_or_of_another_domain_links_nothing(
    city: Opened, bureau: Bureau, visit: Visit, email: str, verified: bool
) -> None:
    id = f"dewi.{'x' if verified else 'y'}"
    await linked(city, bureau, id, subject="", email=email)
    answer = await visit(f"at-{id}", email=email, email_verified=verified).signs_in("kota")
    assert (answer.status_code, (await newest(city))[0].detail["reason"]) == (403, "unconfirmed")
    account = await city.house.people.accounts.get(id)
    assert account is not None
    assert account.identity is not None
    assert account.identity.subject == ""


async def test_groups_give_roles_and_areas_and_follow_at_the_next_sign_in(city: Opened, visit: Visit) -> None:
    eko = visit("eko", name="Eko P.", preferred_username="eko@makassar", groups=["pinisi-operator", "other"])
    assert (await eko.signs_in("kota")).status_code == 303
    made = await city.house.people.accounts.get("eko")
    assert made is not None
    assert (made.name, made.password, made.assignments) == (
        "Eko P.",
        None,
        (Assignment(role="operator", tenants=frozenset({"makassar"})),),
    )
    eko = visit("eko", groups=["pinisi-tamalate"])
    assert (await eko.signs_in("kota")).status_code == 303
    moved = await city.house.people.accounts.get("eko")
    assert moved is not None
    assert moved.assignments == (Assignment(role="steward", areas=frozenset({"73.71.10"})),)
    assert (await eko.session())["principal"]["roles"] == ["steward"]
    gone = visit("eko", groups=[])
    assert (await gone.signs_in("kota")).status_code == 403
    assert await eko.session() == {"status": 403}


async def test_the_claims_of_the_id_token_are_enough_where_it_has_them(
    city: Opened, bureau: Bureau, visit: Visit
) -> None:
    bureau.told(idTokenClaims=True)
    fitri = visit("fitri", name="Fitri", email="f@makassar.go.id", groups=["pinisi-operator"])
    assert (await fitri.signs_in("kota")).status_code == 303


NOT_BELIEVED = (
    "aud",
    "more-aud",
    "azp",
    "exp",
    "iat-ahead",
    "iat-old",
    "iss",
    "nonce",
    "no-nonce",
    "no-sub",
    "no-exp",
    "at_hash",
    "signature",
    "payload",
    "strange-key",
    "unknown-key",
    "none",
    "hs256",
)


async def test_an_id_token_with_anything_wrong_opens_nothing(city: Opened, bureau: Bureau, visit: Visit) -> None:
    await linked(city, bureau, "gita")
    gita = visit("gita")
    assert (await gita.signs_in("kota")).status_code == 303
    await gita.house.post(f"{OURS}/logout")
    for fault in NOT_BELIEVED:
        bureau.told(fault=fault)
        answer = await gita.signs_in("kota")
        assert answer.status_code == 403, fault
        assert (await newest(city))[0].detail["reason"] == "not-believed", fault
        assert await gita.session() == {"status": 401}, fault
    bureau.told(fault=None)
    assert (await gita.signs_in("kota")).status_code == 303


async def test_keys_that_the_provider_has_changed_are_read_anew(city: Opened, bureau: Bureau, visit: Visit) -> None:
    await linked(city, bureau, "hana")
    hana = visit("hana")
    assert (await hana.signs_in("kota")).status_code == 303
    bureau.told(rotate=True)
    assert (await hana.signs_in("kota")).status_code == 303


async def test_an_answer_opens_once_and_only_in_the_browser_that_was_sent_out(
    city: Opened, bureau: Bureau, visit: Visit
) -> None:
    await linked(city, bureau, "indra")
    indra, thief = visit("indra"), visit("thief")
    back = await indra.signs_in_there(await indra.goes_to("kota"))
    assert (await thief.comes_back(back)).status_code == 400
    await thief.goes_to("kota")
    assert (await thief.comes_back(back)).status_code == 400
    kept = dict(indra.house.cookies)
    assert (await indra.comes_back(back)).status_code == 303
    indra.house.cookies.clear()
    async with city.client(cookie="; ".join(f"{name}={value}" for name, value in kept.items())) as again:
        assert (await again.get(back.removeprefix(BASE))).status_code == 400
    assert (await newest(city))[0].detail["reason"] == "again"


async def test_a_code_that_was_used_or_invented_opens_nothing(city: Opened, bureau: Bureau, visit: Visit) -> None:
    await linked(city, bureau, "joko")
    joko = visit("joko")
    used = await joko.signs_in_there(await joko.goes_to("kota"))
    code = parse_qs(urlsplit(used).query)["code"][0]
    assert (await joko.comes_back(used)).status_code == 303
    await joko.house.post(f"{OURS}/logout")
    for spent in (code, "invented"):
        anew = parse_qs(urlsplit(await joko.goes_to("kota")).query)
        answer = await joko.house.get(
            f"{OURS}/sign-in/kota/callback",
            params={"code": spent, "state": anew["state"][0], "iss": bureau.issuer},
        )
        assert answer.status_code == 400
    assert await joko.session() == {"status": 401}


async def test_an_answer_in_another_providers_name_is_not_taken(city: Opened, bureau: Bureau, visit: Visit) -> None:
    await linked(city, bureau, "kiki")
    kiki = visit("kiki")
    back = await kiki.signs_in_there(await kiki.goes_to("kota"))
    mixed = httpx.URL(back).copy_set_param("iss", "https://elsewhere.example")
    assert (await kiki.comes_back(str(mixed))).status_code == 403
    assert (await newest(city))[0].detail["reason"] == "not-believed"


async def test_who_says_no_at_the_provider_is_told_so(city: Opened, visit: Visit) -> None:
    lala = visit("lala")
    answer = await lala.comes_back(await lala.cancels(await lala.goes_to("kota")))
    assert (answer.status_code, (await newest(city))[0].detail["reason"]) == (403, "cancelled")


async def test_while_the_provider_is_down_the_local_administrator_still_gets_in(
    city: Opened, bureau: Bureau, visit: Visit
) -> None:
    async with city.client() as client:
        silent = await client.get(f"{OURS}/sign-in/gone")
        assert (silent.status_code, str(words()["silent"].en).split(".")[-2] in silent.text) == (503, True)
        signed = await client.post(f"{OURS}/login", json={"account": "ani", "password": PASSWORD})
        assert signed.status_code == 200
    await linked(city, bureau, "mira")
    mira = visit("mira")
    back = await mira.signs_in_there(await mira.goes_to("kota"))
    bureau.told(down=True)
    assert (await mira.comes_back(back)).status_code == 503
    bureau.told(down=False)
    assert (await mira.signs_in("kota")).status_code == 303


async def test_an_account_that_is_ended_here_is_out_at_once_whatever_the_provider_says(
    city: Opened, bureau: Bureau, visit: Visit
) -> None:
    await linked(city, bureau, "nina")
    nina = visit("nina")
    await nina.signs_in("kota")
    people = city.house.people
    await people.accounts.change("nina", AccountChange(disabled=True), DEMO, city.house.now())
    assert await nina.session() == {"status": 401}
    answer = await nina.signs_in("kota")
    assert (answer.status_code, (await newest(city))[0].detail["reason"]) == (403, "disabled")


async def test_a_session_from_a_provider_ends_after_the_hours_that_the_file_says(
    city: Opened, bureau: Bureau, visit: Visit
) -> None:
    await linked(city, bureau, "oscar")
    oscar = visit("oscar")
    await oscar.signs_in("kota")
    shown = (await oscar.house.get(f"{OURS}/sessions")).json()["sessions"][0]
    assert (shown["provider"], shown["current"]) == ("kota", True)
    cookie = next(value for name, value in oscar.house.cookies.items() if name == "pinisi_session")
    now = city.house.now()
    assert await city.house.people.sessions.opened(cookie, now + 11 * 3_600_000_000) is not None
    assert await city.house.people.sessions.opened(cookie, now + 13 * 3_600_000_000) is None


async def test_signing_out_leads_to_the_end_of_the_providers_session_and_back(
    city: Opened, bureau: Bureau, visit: Visit
) -> None:
    await linked(city, bureau, "putri")
    putri = visit("putri")
    await putri.signs_in("kota")
    leave = (await putri.house.post(f"{OURS}/logout")).json()["leave"]
    assert leave.startswith(f"{bureau.issuer}/session/end?")
    asked = parse_qs(urlsplit(leave).query)
    assert asked["post_logout_redirect_uri"] == [f"{BASE}/"]
    assert asked["id_token_hint"][0].count(".") == 2
    assert (await putri.outside.get(leave)).status_code == 200
    assert await putri.session() == {"status": 401}


@dataclass
class SmallHouse:
    """A house with people in it and nothing else."""

    store: SqliteStore
    people: People

    def now(self) -> int:
        return wall_clock()


async def signed_in_at(house: SmallHouse, outside: Browser, **headers: str) -> Reply:
    """To the provider and back, endpoint by endpoint."""
    routes = {route.path.rpartition("/")[2]: route.endpoint for route in SIGN_IN_ROUTES}
    params = {"provider": "kota"}

    def call(query: bytes = b"", **more: str) -> Call:
        given = {name.encode(): value.encode() for name, value in (headers | more).items()}
        return Call("GET", "/", principal=NOBODY, tenant="makassar", query_string=query, headers=given, params=params)

    sent = await routes["{provider}"](house, call())
    there = dict(sent.headers)
    cookie = there[b"set-cookie"].decode()
    assert {"HttpOnly", "SameSite=Lax", "Path=/pinisi/v1/sign-in", "Secure"} <= set(cookie.split("; "))
    back = await outside.signs_in_there(there[b"location"].decode())
    kept = "; ".join([cookie.partition(";")[0], *([headers["cookie"]] if "cookie" in headers else [])])
    return await routes["callback"](house, call(urlsplit(back).query.encode(), cookie=kept))


@pytest.fixture
async def elsewhere(bureau: Bureau, tmp_path: Path) -> AsyncIterator[Callable[[str, str], SmallHouse]]:
    """Houses that others can reach, each a client of the provider by this name and with this secret."""
    async with SqliteStore(tmp_path, wall_clock) as store:

        def made(client: str, secret: str) -> SmallHouse:
            provider = Provider(
                id="kota", name={"id": "x", "en": "x", "ja": "x"}, issuer=bureau.issuer, client_id=client, ask=ASK
            )
            people = People(store, loopback=False, address=BASE, keepers=[Keeper(provider, secret)])
            return SmallHouse(store, people)

        yield made


async def test_served_to_others_every_cookie_goes_over_tls_only_and_none_is_taken_over(
    elsewhere: Callable[[str, str], SmallHouse], bureau: Bureau, visit: Visit
) -> None:
    house = elsewhere("pinisi-public", "")
    now = house.now()
    first = NewAccount(account="ani", assignments=(Assignment(role="administrator"),), password=PASSWORD)
    await house.people.accounts.create(first, DEMO, now)
    known = Identity(issuer=bureau.issuer, subject="sari")
    wish = NewAccount(account="sari", assignments=(Assignment(role="operator"),), identity=known)
    await house.people.accounts.create(wish, DEMO, now)
    planted = "a" * 64
    reply = await signed_in_at(house, visit("sari"), cookie=f"pinisi_session={planted}")
    assert reply.status == 303
    cookies = [value.decode() for name, value in reply.headers if name == b"set-cookie"]
    assert all("; Secure" in each and "; HttpOnly" in each for each in cookies)
    assert planted not in " ".join(cookies)
    assert await house.people.sessions.opened(planted, now) is None


async def test_a_wrong_secret_is_told_to_the_operator_without_saying_it(
    elsewhere: Callable[[str, str], SmallHouse], visit: Visit, capfd: pytest.CaptureFixture[str]
) -> None:
    reply = await signed_in_at(elsewhere("pinisi", "a secret that is not the right one"), visit("tono"))
    assert (reply.status, ASK in reply.body.decode()) == (403, True)
    told = "".join(capfd.readouterr())
    assert "invalid_client" in told
    assert "not the right one" not in told + reply.body.decode()


async def test_nobody_is_led_elsewhere_after_signing_in(city: Opened, bureau: Bureau, visit: Visit) -> None:
    await linked(city, bureau, "qori")
    qori = visit("qori")
    for to in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/pinisi/v1/logout"):
        assert (await qori.signs_in("kota", to)).headers["location"] == "/", to


async def test_a_linked_account_has_no_password_and_the_last_administrator_keeps_his(
    city: Opened, bureau: Bureau
) -> None:
    await linked(city, bureau, "rudi", "administrator")
    async with city.client(cookie=await city.cookie("ani")) as ani:
        refused = await ani.patch(f"{OURS}/accounts/rudi", json={"password": PASSWORD})
        assert (refused.status_code, refused.json()["detail"].split(":")[0]) == (400, "password")
        identity = {"issuer": bureau.issuer, "subject": "ani"}
        last = await ani.patch(f"{OURS}/accounts/ani", json={"identity": identity})
        assert last.status_code == 409
        twice = {"account": "rudi2", "assignments": [], "identity": {"issuer": bureau.issuer, "subject": "rudi"}}
        assert (await ani.post(f"{OURS}/accounts", json=twice)).status_code == 409
    async with city.client(cookie=await city.cookie("rudi")) as rudi:
        own = await rudi.post(f"{OURS}/password", json={"password": "x", "new": PASSWORD})
        assert own.status_code == 403


async def test_the_callback_takes_anything_and_opens_nothing(city: Opened, bureau: Bureau, visit: Visit) -> None:
    """Broken queries, spoilt cookies, attacks that have a name: never a session, never a fault of ours."""
    draw = Random(112)
    sent_out = visit("fuzz")
    await sent_out.goes_to("kota")
    (cookie,) = sent_out.house.cookies.values()
    pieces = ["code", "state", "iss", "error", "=", "&", "%00", "%ff", "a" * 3000, "%f0%9f%92%a5", "..", "'", "\\", "["]
    pieces += ["access_denied", bureau.issuer, cookie, "%0d%0aset-cookie:pinisi_session=x", "{}", "null", "-1", "1e999"]
    for number in range(200):
        query = "".join(draw.choices(pieces, k=draw.randrange(9)))
        spoilt = _spoilt(cookie, draw) if number % 2 else draw.choice(["", ".", "a.b", "%", "é.", cookie[:-1]])
        headers = {"cookie": f"pinisi_asking={spoilt}".encode("latin-1", "replace")}
        async with at_address(city, f"10.8.0.{number % 250}") as client:
            answer = await client.get(f"{OURS}/sign-in/kota/callback?{query}", headers=headers)
        assert answer.status_code in (400, 403), (query, spoilt)
        assert "pinisi_session" not in answer.headers.get("set-cookie", "")


async def test_who_tries_again_and_again_has_to_wait(city: Opened, bureau: Bureau) -> None:
    async with at_address(city, "10.9.0.1") as client:
        answers = [
            (await client.get(f"{OURS}/sign-in/kota/callback")).status_code for _ in range(FREE_FROM_ADDRESS + 1)
        ]
        assert (set(answers[:-1]), answers[-1]) == ({400}, 429)
        waiting = await client.get(f"{OURS}/sign-in/kota")
        assert (waiting.status_code, int(waiting.headers["retry-after"]) > 0) == (429, True)


def _spoilt(cookie: str, draw: Random) -> str:
    """The true cookie with one letter changed."""
    at = draw.randrange(len(cookie))
    return cookie[:at] + ("A" if cookie[at] != "A" else "B") + cookie[at + 1 :]
