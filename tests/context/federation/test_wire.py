"""What is said to sources and read from them: Via, warnings, headers, bodies; whatever comes is met (6.3.17)."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.context.contexts import Contexts
from pinisi.context.federation.answer import Answer, read_warnings, warning, warning_header, warning_of
from pinisi.context.federation.outcome import problem_of
from pinisi.context.federation.outgoing import address, base_of, body_for, header_lines, tongue_of
from pinisi.context.federation.reading import Unreadable, read_body, read_entities, read_ids
from pinisi.context.federation.via import hops, onward
from pinisi.context.problems import BadRequestData
from pinisi.context.registration import Registration
from pinisi.context.subscription import KeyValue
from pinisi.context.term_table import CORE_TABLE
from pinisi.vocabulary.entity import Entity

HERE = "https://contexts.example/here.jsonld"
THERE = "https://contexts.example/there.jsonld"
CONTEXTS = Contexts(
    {
        HERE: {"@context": {"Bus": "https://x/Bus", "speed": "https://x/speed"}},
        THERE: {"@context": {"Bis": "https://x/Bus", "laju": "https://x/speed"}},
    }
)


def source(*info: tuple[str, str], tenant: str | None = None) -> Registration:
    return Registration(
        id="urn:r", owner="me", endpoint="http://x:1026/", face=Entity("urn:r", ["R"]), information=(),
        operations=frozenset(), source_info=tuple(KeyValue(*pair) for pair in info), tenant=tenant,
    )  # fmt: skip


def lines(registration: Registration, headers: dict[bytes, bytes] | None = None) -> list[str]:
    tongue = tongue_of(registration, CONTEXTS.table(HERE), CONTEXTS)
    return header_lines(registration, tongue, "1.1 me", headers or {}, body=True).decode().split("\r\n")


def test_via_is_read_and_carried_on_in_the_order_of_the_way() -> None:
    assert hops("1.1 a, HTTP/1.1 b (Pinisi), nonsense") == ("a", "b")
    assert onward("1.1 a", "b") == "1.1 a, 1.1 b"
    assert hops(onward(None, "b")) == ("b",)


def test_a_request_that_came_too_far_is_refused() -> None:
    with pytest.raises(BadRequestData):
        hops(", ".join(f"1.1 h{n}" for n in range(17)))


@given(st.text(max_size=300))
def test_any_via_is_read_or_refused(text: str) -> None:
    with suppress(BadRequestData):
        hops(text)


def test_a_warning_names_the_source_and_is_read_back() -> None:
    told = warning_of("me", "urn:r", Answer(fault="timeout", reason="slow"))
    assert told == '199 me "urn:r: no answer in time"'
    assert read_warnings(f"{told}, {told}") == (told, told)
    assert warning_header([told, told]) == ((b"ngsild-warning", told.encode()),)


@pytest.mark.parametrize(("answer", "code"), [
    (Answer(fault="unreachable"), "199"), (Answer(fault="cooldown"), "199"), (Answer(fault="loop"), "199"),
    (Answer(status=200, fault="invalid"), "111"), (Answer(status=403), "299"), (Answer(status=500), "299"),
])  # fmt: skip
def test_each_fault_has_its_code(answer: Answer, code: str) -> None:
    assert (warning_of("me", "urn:r", answer) or "").startswith(code)


def test_a_404_and_a_success_are_no_faults() -> None:
    assert warning_of("me", "urn:r", Answer(status=404)) is None
    assert warning_of("me", "urn:r", Answer(status=200)) is None


@given(st.text(max_size=300))
def test_any_reason_makes_a_header_of_one_line(text: str) -> None:
    [(_, value)] = warning_header([warning(299, "me", text)])
    assert b"\r" not in value
    assert b"\n" not in value
    assert len(read_warnings(value.decode("latin-1"))) == 1


def test_pairs_of_the_registration_become_headers_but_never_those_of_the_connection() -> None:
    told = lines(source(("X-Key", "1"), ("Via", "evil"), ("NGSILD-Tenant", "evil"), ("Content-Length", "9")))
    assert "X-Key: 1" in told
    assert not any("evil" in line or line.startswith("Content-Length") for line in told)


def test_a_value_of_the_triggering_request_is_copied_but_never_its_credentials() -> None:
    asked = source(("user", "urn:ngsi-ld:request"), ("Authorization", "urn:ngsi-ld:request"))
    told = lines(asked, {b"user": b"abcd", b"authorization": b"Bearer secret"})
    assert "user: abcd" in told
    assert not any("secret" in line for line in told)


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\0b"])
def test_a_value_cannot_smuggle_a_header(value: str) -> None:
    assert not any("Evil" in line or "\0" in line for line in lines(source(("X-Key", value))))


def test_the_tenant_is_that_of_the_registration() -> None:
    assert "NGSILD-Tenant: gowa" in lines(source(tenant="gowa"))


def test_a_body_is_said_in_the_terms_that_the_source_wants() -> None:
    here = CONTEXTS.table(HERE)
    tongue = tongue_of(source(("jsonldContext", THERE)), here, CONTEXTS)
    document = {"id": "urn:1", "type": "Bus", "speed": {"type": "Property", "value": {"speed": 1}}}
    assert body_for(tongue, document, here) == (
        b'{"id":"urn:1","type":"Bis","laju":{"type":"Property","value":{"speed":1}}}'
    )
    assert tongue.link == THERE


def test_a_body_as_json_ld_carries_its_context() -> None:
    here = CONTEXTS.table(HERE)
    tongue = tongue_of(source(("contentType", "application/ld+json")), here, CONTEXTS)
    assert body_for(tongue, [{"id": "urn:1"}], here) == f'[{{"id":"urn:1","@context":"{HERE}"}}]'.encode()


def test_an_inline_context_that_no_link_can_name_travels_in_the_body() -> None:
    table = CONTEXTS.table([HERE, {"colour": "https://x/colour"}])
    tongue = tongue_of(source(), table, CONTEXTS)
    assert (tongue.link, tongue.media) == (None, "application/ld+json")
    plain = tongue_of(source(("contentType", "application/json")), table, CONTEXTS)
    assert body_for(plain, {"colour": {"value": 1}}, table) == b'{"https://x/colour":{"value":1}}'


@pytest.mark.parametrize("endpoint", ["http://x", "http://x/", "http://x/ngsi-ld/v1", "http://x/ngsi-ld/v1/"])
def test_the_interface_of_a_source_is_found_however_it_was_registered(endpoint: str) -> None:
    assert base_of(endpoint) == "http://x/ngsi-ld/v1"
    assert (
        address(endpoint, ("entities", "urn:a b"), {"type": "A,B"}) == "http://x/ngsi-ld/v1/entities/urn:a%20b?type=A,B"
    )


def test_entities_come_with_the_times_of_their_source() -> None:
    body = b"""{"id": "urn:1", "type": "Bus", "createdAt": "2026-01-01T00:00:00Z", "modifiedAt": "2026-01-02T00:00:00Z",
        "speed": [{"type": "Property", "value": 1, "createdAt": "2026-01-01T00:00:00Z"},
                  {"type": "Property", "value": 2, "datasetId": "urn:d", "modifiedAt": "2026-01-03T00:00:00Z"}]}"""
    [entity] = read_entities(read_body(body), CONTEXTS, CONTEXTS.table(HERE))
    assert entity.types == ["https://x/Bus"]
    assert entity.created_at < entity.modified_at
    first, second = entity.attributes["https://x/speed"]
    assert first.modified_at == first.created_at < second.modified_at


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"GARBAGE",
        b'"text"',
        b"[1]",
        b'{"id": "x"}',
        b'{"id": "urn:1", "type": "A", "b": {"type": "Property"}}',
        b'{"id":"urn:1","type":"A","@context":"https://nowhere/"}',
        b"[" * 5000,
    ],
)
def test_what_is_no_entity_is_refused_whole(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_entities(read_body(body), CONTEXTS, CORE_TABLE)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "value", "createdAt", "scope", "expiresAt", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_answer_is_read_or_refused(document: Any) -> None:
    with suppress(Unreadable):
        read_entities(document, CONTEXTS, CORE_TABLE)


@given(st.integers(100, 599), st.binary(max_size=200))
def test_any_refusal_of_a_source_becomes_a_problem(status: int, body: bytes) -> None:
    problem = problem_of(Answer(status=status, body=body))
    assert (problem is None) == (200 <= status < 300)


@pytest.mark.parametrize("body", [b"{}", b"[1]", b"[", b'["\x80"]', b'"a"'])
def test_ids_that_are_none_are_unreadable(body: bytes) -> None:
    assert read_ids(b"") == []
    with pytest.raises(Unreadable):
        read_ids(body)
