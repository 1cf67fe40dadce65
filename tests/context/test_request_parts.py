"""Parameters and headers around a document: pick, lang, Link; and the problems that answer."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context import problems
from pinisi.context.language_filter import choose_language, parse_languages
from pinisi.context.link_header import read_link, write_link
from pinisi.context.pick import Pick, parse_pick
from pinisi.context.problems import BadRequestData, InvalidRequest, NgsiLdError, problem
from pinisi.context.term_table import CORE_TABLE
from pinisi.store.change import Forbidden, Refused, StoreUnavailable, VersionConflict

D = "https://uri.etsi.org/ngsi-ld/default-context/"


def test_a_pick_names_members_and_what_lies_behind_relationships() -> None:
    pick = parse_pick("id,name|isParked{type,owner{name}}", CORE_TABLE)
    assert pick.members == {"id", D + "name", D + "isParked"}
    behind = pick.behind(D + "isParked")
    assert behind is not None
    assert behind.members == {"type", D + "owner"}
    assert behind.behind(D + "owner") == Pick(frozenset((D + "name",)))
    assert pick.behind(D + "name") is None


@pytest.mark.parametrize(
    "text", ["", ",", "a,,b", "a||b", "a,", "a{", "a{}", "a{b", "a}", "a{b}}", "{a}", "my attr", "a b"]
)
def test_a_malformed_pick_is_refused(text: str) -> None:
    with pytest.raises(BadRequestData, match=r"^omit: "):
        parse_pick(text, CORE_TABLE, "omit")


@given(st.text(st.sampled_from("ab,|{}"), max_size=40))
def test_any_pick_is_read_or_refused(text: str) -> None:
    try:
        parse_pick(text, CORE_TABLE)
    except BadRequestData:
        return
    assert text.count("{") == text.count("}")


def test_a_deep_or_long_pick_is_refused() -> None:
    for text in ("a{" * 1000 + "a" + "}" * 1000, "a," * 10_000 + "a"):
        with pytest.raises(BadRequestData):
            parse_pick(text, CORE_TABLE)


WORDS: dict[str, Any] = {"fr": "Grand Place", "nl": "Grote Markt"}


@pytest.mark.parametrize(
    ("wanted", "words", "tag"),
    [
        ("nl", WORDS, "nl"),
        ("fr;q=0.2,nl;q=0.9", WORDS, "nl"),
        ("FR", WORDS, "fr"),
        ("nl-BE", WORDS, "nl"),
        ("en", {"de": "x", "en-US": "y"}, "en-US"),
        ("pt", WORDS, "fr"),
        ("pt", {"fr": "x", "@none": "y"}, "@none"),
        ("pt, *;q=0.5", WORDS, "fr"),
        ("nl;q=0, fr", WORDS, "fr"),
    ],
)
def test_the_best_language_is_chosen(wanted: str, words: dict[str, Any], tag: str) -> None:
    assert choose_language(words, parse_languages(wanted)) == tag


@pytest.mark.parametrize("text", ["", ",", "fr;q=2", "fr;q=x", "fr;x=1"])
def test_a_malformed_language_range_is_refused(text: str) -> None:
    with pytest.raises(BadRequestData, match=r"^lang: "):
        parse_languages(text)


JSON_LD = 'rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'


@pytest.mark.parametrize(
    ("header", "url"),
    [
        (None, None),
        ("", None),
        (f"<https://c.example/a>; {JSON_LD}", "https://c.example/a"),
        (f"<https://c.example/a>;{JSON_LD}", "https://c.example/a"),
        ("<https://c.example/a>; rel=next", None),
        (f"<https://c.example/n>; rel=next, <https://c.example/a>; {JSON_LD}", "https://c.example/a"),
        (write_link("https://c.example/a?b=c,d"), "https://c.example/a?b=c,d"),
    ],
)
def test_a_link_header_names_the_context(header: str | None, url: str | None) -> None:
    assert read_link(header) == url


def test_a_malformed_or_double_link_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        read_link("https://c.example/a")
    with pytest.raises(BadRequestData):
        read_link(f"<https://c.example/a>; {JSON_LD}, <https://c.example/b>; {JSON_LD}")


@given(st.text(st.sampled_from('<>;,="ab '), max_size=60))
def test_any_link_header_is_read_or_refused(header: str) -> None:
    try:
        read_link(header)
    except NgsiLdError as error:
        assert error.status == 400


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (problems.InvalidRequest("x"), 400, "InvalidRequest"),
        (problems.BadRequestData("x", "speed.value"), 400, "BadRequestData"),
        (problems.AlreadyExists("x"), 409, "AlreadyExists"),
        (problems.ResourceNotFound("x"), 404, "ResourceNotFound"),
        (problems.OperationNotSupported("x"), 422, "OperationNotSupported"),
        (problems.TooComplexQuery("x"), 403, "TooComplexQuery"),
        (problems.TooManyResults("x"), 403, "TooManyResults"),
        (problems.LdContextNotAvailable("x"), 504, "LdContextNotAvailable"),
        (problems.NonexistentTenant("x"), 404, "NonexistentTenant"),
        (problems.PayloadTooLarge("x"), 413, "PayloadTooLarge"),
        (problems.UnsupportedMediaType("x"), 415, "UnsupportedMediaType"),
        (problems.NotAcceptable("x"), 406, "NotAcceptable"),
        (Forbidden("x"), 403, "Forbidden"),
        (VersionConflict("x"), 409, "Conflict"),
        (StoreUnavailable("x"), 503, "StoreUnavailable"),
        (Refused("x"), 400, "BadRequestData"),
        (ZeroDivisionError("secret of the server"), 500, "InternalError"),
    ],
)
def test_every_error_has_its_problem_document(error: Exception, status: int, kind: str) -> None:
    code, body = problem(error)
    document = json.loads(body)
    assert (code, document["status"], document["type"].replace(":", "/").split("/")[-1]) == (status, status, kind)
    assert document["title"]
    assert "secret" not in document["detail"]


def test_a_problem_names_the_field() -> None:
    assert (
        json.loads(problem(BadRequestData("is wrong", "speed.observedAt"))[1])["detail"] == "speed.observedAt: is wrong"
    )
