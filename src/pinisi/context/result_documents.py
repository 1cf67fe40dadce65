"""What changes answer: UpdateResult (NGSI-LD 5.2.18, 5.2.19) and BatchOperationResult (5.2.16, 5.2.17)."""

from collections.abc import Sequence

import msgspec

from pinisi.context.edits import UpdateResult
from pinisi.context.problems import problem_details
from pinisi.context.term_table import TermTable

_encode = msgspec.json.Encoder().encode


def render_update_result(result: UpdateResult, terms: TermTable) -> bytes:
    """The body of 207: which attributes were changed, and which not and why."""
    return _encode(
        {
            "updated": [terms.compact_iri(iri) for iri in result.updated],
            "notUpdated": [
                {"attributeName": terms.compact_iri(one.attribute), "reason": one.reason} for one in result.not_updated
            ],
        }
    )


def render_batch_result(success: Sequence[str], errors: Sequence[tuple[str, BaseException]]) -> bytes:
    """The body of 207: ids of the entities that were changed; of each other one its id and its problem."""
    return _encode(
        {
            "success": list(success),
            "errors": [{"entityId": entity_id, "error": problem_details(error)} for entity_id, error in errors],
        }
    )
