"""Whether an ID token is the provider's word about this sign-in: one thing wrong at a time, and what is said of it."""

import base64
import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwk, jwt
from people_at_hand import NOW

from pinisi.people.oidc.errors import NotBelieved
from pinisi.people.oidc.id_token import Expected, UnknownKey, believed, half_hash
from pinisi.people.oidc.rules import Provider
from pinisi.people.oidc.token_keys import fitting_keys
from pinisi.vocabulary.instant import SECOND

KEYS: dict[str, Any] = {
    "RS256": jwk.RSAKey.generate_key(2048, {"kid": "r"}),
    "PS512": jwk.RSAKey.generate_key(2048, {"kid": "p"}),
    "ES256": jwk.ECKey.generate_key("P-256", {"kid": "e"}),
    "Ed25519": jwk.OKPKey.generate_key("Ed25519", {"kid": "o"}),
}
PUBLIC = {"keys": [key.as_dict(private=False) for key in KEYS.values()]}
SECONDS = NOW // SECOND
TRUE = {
    "iss": "https://sso.makassar.go.id/realms/pemkot",
    "sub": "8f1c",
    "aud": "pinisi",
    "exp": SECONDS + 300,
    "iat": SECONDS,
    "nonce": "n-112",
}
PROVIDER = Provider(
    id="kota",
    name={"id": "Kota", "en": "City", "ja": "市"},
    issuer=TRUE["iss"],
    client_id="pinisi",
    ask="the bureau",
    trusted_audiences=frozenset({"portal"}),
)
EXPECTED = Expected(provider=PROVIDER, nonce="n-112", algorithms=tuple(KEYS), access_token="a token", now=NOW)


def token(claims: dict[str, Any], algorithm: str = "ES256", **header: Any) -> str:
    key = KEYS[algorithm]
    return jwt.encode({"alg": algorithm, "kid": key.kid, **header}, claims, key, algorithms=[algorithm])


def read(text: str, expected: Expected = EXPECTED, keys: object = PUBLIC) -> dict[str, Any]:
    return believed(text, keys, expected)


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_true_token_is_believed_whatever_the_signature(algorithm: str) -> None:
    claims = TRUE | {"at_hash": half_hash("a token", algorithm)}
    assert read(token(claims, algorithm)) == claims


def test_the_half_hash_is_that_of_the_standard() -> None:
    """OpenID Connect Core 1.0, A.3: the example of an ID token with its access token."""
    assert half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another issuer": ({"iss": "https://sso.makassar.go.id/realms/other"}, "iss"),
    "an issuer with a slash more": ({"iss": TRUE["iss"] + "/"}, "iss"),
    "another audience": ({"aud": "portal"}, "aud"),
    "no audience": ({"aud": None}, "aud"),
    "an audience besides": ({"aud": ["pinisi", "shop"], "azp": "pinisi"}, "aud"),
    "two audiences and no party": ({"aud": ["pinisi", "portal"]}, "azp"),
    "another party": ({"azp": "portal"}, "azp"),
    "over": ({"exp": SECONDS - 61}, "exp"),
    "an end that is no time": ({"exp": "tomorrow"}, "exp"),
    "an end beyond all time": ({"exp": 1e300}, "exp"),
    "from the future": ({"iat": SECONDS + 61}, "iat"),
    "too old": ({"iat": SECONDS - 661}, "iat"),
    "not good yet": ({"nbf": SECONDS + 61}, "nbf"),
    "another sign-in": ({"nonce": "n-113"}, "nonce"),
    "a sign-in that is no text": ({"nonce": ["n-112"]}, "nonce"),
    "another access token": ({"at_hash": half_hash("another", "ES256")}, "at_hash"),
    "nobody": ({"sub": ""}, "sub"),
    "somebody without end": ({"sub": "x" * 256}, "sub"),
}


@pytest.mark.parametrize(("change", "word"), WRONG.values(), ids=WRONG.keys())
def test_one_thing_wrong_is_enough_and_is_named(change: dict[str, Any], word: str) -> None:
    with pytest.raises(NotBelieved, match=f"^{word}: "):
        read(token(TRUE | change))


@pytest.mark.parametrize("name", TRUE)
def test_nothing_may_be_missing(name: str) -> None:
    with pytest.raises(NotBelieved, match=f"^{name}: "):
        read(token({key: value for key, value in TRUE.items() if key != name}))


def test_clocks_may_differ_by_what_the_file_says() -> None:
    assert read(token(TRUE | {"exp": SECONDS - 59, "iat": SECONDS - 300}))
    assert read(token(TRUE | {"iat": SECONDS + 59}))
    strict = msgspec.structs.replace(EXPECTED, provider=msgspec.structs.replace(PROVIDER, clock_skew_seconds=0))
    with pytest.raises(NotBelieved, match=r"^exp: "):
        read(token(TRUE | {"exp": SECONDS}), strict)


def test_a_trusted_audience_beside_ours_is_taken_where_the_token_was_given_to_us() -> None:
    assert read(token(TRUE | {"aud": ["portal", "pinisi"], "azp": "pinisi"}))


def test_a_signature_without_key_or_with_a_shared_secret_is_never_believed() -> None:
    secret = jwk.OctKey.import_key("a public key, which everybody knows")
    head, body, _ = token(TRUE).split(".")
    none = jwt.encode({"alg": "HS256"}, TRUE, secret).split(".")[1]
    everything = msgspec.structs.replace(EXPECTED, algorithms=("none", "HS256", *KEYS))
    unsigned = f"eyJhbGciOiJub25lIn0.{none}."
    for text in (unsigned, jwt.encode({"alg": "HS256"}, TRUE, secret)):
        with pytest.raises(NotBelieved, match="which is not believed"):
            read(text, everything, {"keys": [*PUBLIC["keys"], secret.as_dict()]})
    with pytest.raises(NotBelieved):
        read(f"{head}.{body}.")


def test_an_algorithm_that_the_provider_does_not_name_is_not_believed() -> None:
    with pytest.raises(NotBelieved, match="'ES256', which is not believed"):
        read(token(TRUE), msgspec.structs.replace(EXPECTED, algorithms=("RS256",)))


def test_an_extension_that_must_be_understood_is_not() -> None:
    text = token(TRUE)
    head = msgspec.json.encode({"alg": "ES256", "kid": "e", "crit": ["exp"], "exp": 1})
    with pytest.raises(NotBelieved, match=r"^crit: "):
        read(".".join([base64.urlsafe_b64encode(head).rstrip(b"=").decode(), *text.split(".")[1:]]))


def test_a_key_of_the_wrong_kind_use_or_name_signs_nothing() -> None:
    public = KEYS["ES256"].as_dict(private=False)
    for change in ({"use": "enc"}, {"alg": "ES384"}, {"kid": "other"}, {"kty": "RSA"}, {"x": "AAAA"}):
        with pytest.raises(UnknownKey):
            read(token(TRUE), keys={"keys": [public | change]})
    assert read(token(TRUE), keys={"keys": [{"kty": "EC"}, public]})


def test_without_a_name_every_fitting_key_is_tried() -> None:
    text = jwt.encode({"alg": "RS256"}, TRUE, KEYS["RS256"])
    assert read(text, keys={"keys": [KEYS["PS512"].as_dict(private=False), KEYS["RS256"].as_dict(private=False)]})


def test_a_short_key_is_no_key() -> None:
    short = jwk.RSAKey.generate_key(1024, auto_kid=True)
    assert list(fitting_keys({"keys": [short.as_dict(private=False)]}, "RS256", None)) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(keys=JSON | JSON.map(lambda each: {"keys": [each]}), kid=JSON)
def test_whatever_stands_for_keys_signs_nothing(keys: object, kid: object) -> None:
    assert list(fitting_keys(keys, "RS256", kid)) == []


@given(claims=st.dictionaries(st.sampled_from([*TRUE, "azp", "nbf", "at_hash"]), JSON))
def test_claims_of_any_shape_are_believed_or_not_but_break_nothing(claims: dict[str, Any]) -> None:
    with contextlib.suppress(NotBelieved):
        assert read(token(TRUE | claims))["sub"]


@given(at=st.integers(0, 10_000), letter=st.characters(codec="utf-8"))
def test_a_token_with_one_letter_changed_says_the_same_or_nothing(at: int, letter: str) -> None:
    text = token(TRUE)
    at %= len(text)
    with contextlib.suppress(NotBelieved):
        assert read(text[:at] + letter + text[at + 1 :]) == TRUE


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda each: each.decode("latin-1")))
def test_any_text_is_no_token(text: str) -> None:
    with pytest.raises(NotBelieved):
        read(text)


def test_a_token_of_a_megabyte_is_not_even_read() -> None:
    with pytest.raises(NotBelieved, match="too long"):
        read("a" * 1_000_000)
