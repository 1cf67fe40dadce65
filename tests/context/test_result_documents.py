"""Bodies of 207 (NGSI-LD 5.2.16 to 5.2.19)."""

import json

from pinisi.context.edits import NotUpdated, UpdateResult
from pinisi.context.problems import BadRequestData
from pinisi.context.result_documents import render_batch_result, render_update_result
from pinisi.context.term_table import CORE_TABLE

D = "https://uri.etsi.org/ngsi-ld/default-context/"


def test_attributes_stand_by_the_names_of_the_reader() -> None:
    result = UpdateResult((D + "a",), (NotUpdated("https://x.example/b", "it exists already"),))
    assert json.loads(render_update_result(result, CORE_TABLE)) == {
        "updated": ["a"], "notUpdated": [{"attributeName": "https://x.example/b", "reason": "it exists already"}],
    }  # fmt: skip


def test_each_entity_of_a_batch_has_its_own_problem() -> None:
    body = json.loads(render_batch_result(["urn:x:1"], [("urn:x:2", BadRequestData("is wrong", "a.value"))]))
    assert body["success"] == ["urn:x:1"]
    assert body["errors"][0]["entityId"] == "urn:x:2"
    assert body["errors"][0]["error"]["detail"] == "a.value: is wrong"
