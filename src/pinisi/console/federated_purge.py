"""Entities purged here and at sources (NGSI-LD 5.6.21): each source is told no more than it is registered for.

Of a source that is registered for some attributes only these are dropped: it may hold others that are none of our
business.
"""

from typing import Any

import msgspec

from pinisi.console.entity_map_pages import map_named, within_map
from pinisi.console.federated import ReadLeg, Warnings, all_of, asker_of, write_matches
from pinisi.console.federated_questions import Question, filters_of, questions, speaks_alike
from pinisi.console.federated_write import may_write
from pinisi.console.house import House
from pinisi.console.http import Call, Endpoint, Reply
from pinisi.console.ngsi_ld_query import query_of
from pinisi.console.ngsi_ld_request import linked_context, names
from pinisi.context.federation.answer import Answer
from pinisi.context.federation.outcome import conflict, problem_of
from pinisi.context.federation.outgoing import Tongue, sayable
from pinisi.context.federation.plan import Leg, type_text, types_of
from pinisi.context.federation.sources import Asker, Errand
from pinisi.context.problems import Conflict, ProblemDetails, problem_details
from pinisi.context.q_language import parse_q
from pinisi.context.registration_matching import Match, Wanted
from pinisi.context.term_table import TermTable
from pinisi.store.change import Forbidden

OPERATION = "purgeEntity"
_encode = msgspec.json.Encoder().encode


async def purge(house: House, call: Call, local: Endpoint) -> Reply:
    """Purge here first, which proves the request; then at every source that takes part."""
    table = house.contexts.table(linked_context(call.headers.get(b"link")))
    asker = asker_of(house, call, table)
    query = query_of(call.query, table)
    if (kept := await map_named(house, call)) is not None:
        query = within_map(query, kept)
    attributes = None if query.attributes is None else frozenset(query.attributes)
    wanted = Wanted(ids=query.ids, id_pattern=query.id_pattern, types=query.types, attributes=attributes)
    matches = [match for match in write_matches(house, asker, wanted) if _takes_part(match, call, table)]
    if not matches or query.ids == ():
        return await local(house, call)
    reply = await local(house, call)
    warnings = Warnings(asker)
    work = [_purge(house, call, asker, warnings, match, wanted, table) for match in matches]
    problems = [problem for found in await all_of(work) for problem in found]
    return warnings.on(_combined(reply, problems))


def _takes_part(match: Match, call: Call, table: TermTable) -> bool:
    registration = match.registration
    if registration.mode == "inclusive" and OPERATION not in registration.operations:
        return False
    csf = call.query.get("csf")
    return not csf or registration.matches_csf(parse_q(csf, table.expand_term))


Problem = tuple[str, ProblemDetails]


async def _purge(
    house: House, call: Call, asker: Asker, warnings: Warnings, match: Match, wanted: Wanted, table: TermTable
) -> list[Problem]:
    """What went wrong at one source."""
    registration = match.registration
    types = types_of(match.parts)
    leg = Leg(registration, frozenset(), True, OPERATION in registration.operations, types)
    if not leg.served:
        return [(registration.id, conflict(leg, OPERATION))]
    if asker.loops:
        loop = problem_of(Answer(fault="loop", status=508, reason="the request came back to where it had been"))
        return [] if loop is None else [(registration.id, loop)]
    if not may_write(call, (), types, frozenset()):
        refusal = problem_details(Forbidden("your grants do not reach what it would have to purge"))
        return [(registration.id, refusal)]
    tongue = house.sources.tongue(asker, registration)
    if tongue is None or (filters_of(call.query) and not speaks_alike(tongue, asker)):
        return [(registration.id, _unsayable(registration.id))]
    problems: list[Problem] = []
    for question in questions([ReadLeg(match, OPERATION)], wanted):
        errand = _errand(call, question, tongue, table)
        if errand is None:
            continue
        answer = await house.sources.ask(asker, registration, errand)
        warnings.told += answer.warnings
        problem = problem_of(answer)
        if problem is not None and not answer.empty:
            problems.append((registration.id, problem))
        elif answer.status == 207:
            partly = ProblemDetails("about:blank", "Multi-Status", 207, "the source purged a part only")
            problems.append((registration.id, partly))
    return problems


def _unsayable(source: str) -> ProblemDetails:
    """A filter whose names would mean something else to the source must not decide what it deletes."""
    return problem_details(Conflict(f"the filter cannot be said in the terms that {source} asks for"))


def _errand(call: Call, question: Question, tongue: Tongue, table: TermTable) -> Errand | None:
    """The purge at a source; None where nothing is left that it is registered for."""
    inquiry, terms = question.inquiry, sayable(tongue)
    query: dict[str, str] = {}
    if inquiry.types is not None:
        query["type"] = type_text(inquiry.types, terms)
    if inquiry.ids is not None:
        query["id"] = ",".join(inquiry.ids)
    if inquiry.id_pattern is not None:
        query["idPattern"] = inquiry.id_pattern
    if "attrs" in call.query and inquiry.attributes is not None:
        query["attrs"] = ",".join(sorted(map(terms.compact_iri, inquiry.attributes)))
    query |= filters_of(call.query)
    chosen = _attributes(call, inquiry.allowed, table, terms)
    return None if chosen is None else Errand(method="DELETE", path=("entities",), query=query | chosen)


def _attributes(
    call: Call, registered: frozenset[str] | None, table: TermTable, terms: TermTable
) -> dict[str, str] | None:
    """The parameter `keep` or `drop` for a source: what the request says, within what is registered."""
    keep, drop = _told(call, "keep", table), _told(call, "drop", table)
    if registered is None:
        told: dict[str, frozenset[str] | None] = {"keep": keep, "drop": drop}
    else:
        told = {"drop": registered & drop if drop is not None else registered - (keep or frozenset())}
    if told.get("drop") == frozenset():
        return None
    return {name: ",".join(sorted(map(terms.compact_iri, found))) for name, found in told.items() if found is not None}


def _told(call: Call, name: str, table: TermTable) -> frozenset[str] | None:
    given = names(call, name)
    return None if given is None else frozenset(table.expand_name(one, name) for one in given)


def _combined(reply: Reply, problems: list[Problem]) -> Reply:
    if not problems:
        return reply
    told: dict[str, Any] = msgspec.json.decode(reply.body) if reply.status == 207 else {"success": [], "errors": []}
    for source, problem in problems:
        told["errors"].append({"registrationId": source, "error": msgspec.to_builtins(problem)})
    return Reply(207, _encode(told), headers=reply.headers)
