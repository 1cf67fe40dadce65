"""The file `sign-in.toml`: what it takes, and what it says of a mistake."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.people.accounts import Assignment
from pinisi.people.oidc.claims import groups_in, person_of, says_enough
from pinisi.people.oidc.discovery import document_address, read_metadata
from pinisi.people.oidc.errors import ProviderSilent
from pinisi.people.oidc.rules import SignInFileError, read_sign_in_file

EXAMPLE = Path(__file__).parents[2] / "docs/how-to/sign-in-example.toml"
GOOD = EXAMPLE.read_text(encoding="utf-8")


def read(tmp_path: Path, text: str) -> str:
    """What is said of the file; empty when it is taken."""
    path = tmp_path / "sign-in.toml"
    path.write_text(text, encoding="utf-8")
    try:
        read_sign_in_file(path)
    except SignInFileError as error:
        assert str(error).startswith(f"{path}: ")
        return str(error).removeprefix(f"{path}: ")
    return ""


def test_the_example_of_the_docs_gives_roles_in_areas() -> None:
    found = read_sign_in_file(EXAMPLE)
    (kota,) = found.providers
    assert (found.address, kota.issuer) == (
        "https://warroom.makassar.go.id",
        "https://sso.makassar.go.id/realms/pemkot",
    )
    assert kota.assignments(frozenset({"/pinisi/operator", "/other"})) == (
        Assignment(role="operator", tenants=frozenset({"makassar"})),
    )
    assert kota.assignments(frozenset()) == ()


MISTAKES = {
    "an address in the open": ("https://warroom", "http://warroom", "address: must be https://"),
    "an address with a page": ('makassar.go.id"\n\n[[p', 'makassar.go.id/x"\n\n[[p', "address: must be https://"),
    "an issuer in the open": ("https://sso", "http://sso", "providers[0].issuer: must be an https:// address"),
    "an id in capitals": ('id = "kota"', 'id = "Kota"', "providers[0].id: must be"),
    "a language too few": ('ja = "市のアカウント"', 'nl = "x"', "providers[0].name: must be given in id, en, ja"),
    "no openid": ('scopes = ["openid", ', "scopes = [", "providers[0].scopes: must contain openid"),
    "an unknown role": ('role = "operator"', 'role = "boss"', "providers[0].roles[0].role: must be one of"),
    "an unknown word": ("ask = ", "asks = ", "providers[0].asks: is not known here"),
    "a skew of an hour": ("clock_skew_seconds = 60", "clock_skew_seconds = 3600", "providers[0].clock_skew_seconds: "),
    "no place of the groups": ('groups_claim = "groups"', "", "providers[0].groups_claim: must say"),
    "a domain with an at": ('["makassar.go.id"]', '["@makassar.go.id"]', "providers[0].email_domains: "),
    "no TOML": ("[[providers]]", "[[providers", "is not TOML"),
}


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named_with_its_field(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    assert read(tmp_path, GOOD.replace(old, new, 1)).startswith(said)


def test_two_providers_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    provider = GOOD[GOOD.index("[[providers]]") :]
    assert read(tmp_path, f"{GOOD}\n{provider}") == "providers: id 'kota' stands twice"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SignInFileError, match="cannot be read"):
        read_sign_in_file(tmp_path / "none.toml")


METADATA = {
    "issuer": "https://sso.example/a",
    "authorization_endpoint": "https://sso.example/auth",
    "token_endpoint": "https://sso.example/token",
    "jwks_uri": "https://keys.example/jwks",
}


def test_a_configuration_is_read_when_it_is_the_issuers_own() -> None:
    assert read_metadata(METADATA, "https://sso.example/a").jwks_uri == "https://keys.example/jwks"
    assert document_address("https://sso.example/a/") == "https://sso.example/a/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"issuer": "https://sso.example/b"}, "names another issuer"),
        ({"token_endpoint": "http://sso.example/token"}, "token_endpoint .* is no https address"),
        ({"jwks_uri": "file:///etc/passwd"}, "jwks_uri .* is no https address"),
        ({"token_endpoint": 5}, "cannot be used"),
        ({"code_challenge_methods_supported": ["plain"]}, "no PKCE"),
    ],
)
def test_a_configuration_that_leads_astray_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ProviderSilent, match=said):
        read_metadata(METADATA | change, "https://sso.example/a")


def test_groups_are_found_where_the_file_says() -> None:
    claims = {"groups": ["a", 5, "b"], "realm_access": {"roles": ["c"]}, "https://makassar.go.id/g": "d"}
    assert groups_in(claims, "groups") == {"a", "b"}
    assert groups_in(claims, "realm_access.roles") == {"c"}
    assert groups_in(claims, "https://makassar.go.id/g") == {"d"}
    assert groups_in(claims, "realm_access.roles.x") == frozenset()
    assert groups_in(claims, "nowhere") == frozenset()


def test_a_person_is_what_the_claims_say_and_no_more() -> None:
    claims = {"sub": "1", "email": "Ani@Makassar.go.id", "email_verified": "true", "name": "A\nni"}
    person = person_of(claims, "")
    assert (person.email, person.email_verified, person.name) == ("ani@makassar.go.id", False, "")
    assert not says_enough(claims, "groups")
    assert says_enough(claims | {"groups": []}, "groups")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
CLAIMS = st.dictionaries(st.sampled_from(["sub", "email", "email_verified", "name", "groups", "a"]), JSON)


@given(CLAIMS, st.sampled_from(["groups", "a.b", "", ".", "a..b"]))
def test_claims_of_any_shape_make_a_person(claims: dict[str, object], place: str) -> None:
    person = person_of(claims, place)
    assert all(isinstance(each, str) for each in person.groups)
    assert isinstance(says_enough(claims, place), bool)


@given(JSON | st.dictionaries(st.sampled_from(list(METADATA)), JSON).map(lambda each: METADATA | each))
def test_a_configuration_of_any_shape_is_read_or_refused(document: object) -> None:
    with contextlib.suppress(ProviderSilent):
        assert read_metadata(document, METADATA["issuer"]).issuer == METADATA["issuer"]
