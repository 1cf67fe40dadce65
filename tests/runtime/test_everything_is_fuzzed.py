"""What reads bytes from outside, and every route, stands in the tables of the long tests: nothing is forgotten."""

import ast
import sys
from pathlib import Path
from typing import get_args

sys.path.insert(0, str(Path(__file__).parents[1] / "long"))

from outside_readers import KINDS, READERS, ROWS, STREAMS

from pinisi.console.openapi import openapi
from pinisi.console.routes import all_routes
from pinisi.runtime import kinds
from pinisi.runtime.mapping.mapping import Format
from pinisi.runtime.services import discover

ROUTES = all_routes(discover())
LONG = Path(__file__).parents[1] / "long"
SOURCE = Path(__file__).parents[2] / "src" / "pinisi"


def test_every_kind_of_source_of_a_service_is_fuzzed() -> None:
    assert KINDS.keys() <= READERS.keys()


def test_every_kind_of_recording_is_fuzzed() -> None:
    assert {f"recording {name}" for name in STREAMS} <= READERS.keys()


def test_every_form_that_a_mapping_file_reads_is_fuzzed() -> None:
    assert set(get_args(Format)) == set(ROWS)


def test_the_kernels_own_kinds_read_by_mapping_files_alone() -> None:
    """A kind with a reader of its own would need a sample of its own."""
    tree = ast.parse(Path(kinds.__file__).read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _named(node, "_source")]
    readers = [call.args[2] for call in calls]
    assert len(readers) == len(kinds.KINDS)
    assert all(isinstance(each, ast.Call) and _named(each, "mapped_reader") for each in readers)


def _named(call: ast.Call, name: str) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == name


def test_every_file_of_a_city_folder_is_fuzzed() -> None:
    files = {path.name for path in (SOURCE.parents[1] / "cities").glob("*/*.toml")}
    assert files <= READERS.keys()


def test_every_route_is_in_the_interface_that_is_fuzzed_with_its_parameters_and_body() -> None:
    paths = openapi(ROUTES)["paths"]
    for route in ROUTES:
        told = paths[route.path][route.method.lower()]
        assert _parameters(told) >= set(route.parameters), route
        assert ("requestBody" in told) == bool(route.body), route


def _parameters(told: dict[str, list[dict[str, str]]]) -> set[str]:
    return {each["name"] for each in told.get("parameters", []) if each.get("in") == "query"}


def test_every_route_is_called_by_the_fuzz() -> None:
    from test_fuzz_endpoints import OPERATIONS, which

    assert {which(operation) for operation in OPERATIONS} == {(route.method, route.path) for route in ROUTES}


def test_a_route_says_which_parameters_it_reads() -> None:
    """So that the fuzz knows them: every name asked of `call.query` in an endpoint's module is some route's."""
    declared = {name for route in ROUTES for name in route.parameters}
    for path in sorted((SOURCE / "console").glob("*_endpoints.py")):
        asked = _asked(ast.parse(path.read_text()))
        assert asked <= declared, f"{path.name}: {asked - declared}"


def _asked(tree: ast.AST) -> set[str]:
    """Names in `call.query.get("name")` and `call.number("name", ...)`."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        if ast.unparse(node.func) in ("call.query.get", "call.number") and isinstance(node.args[0], ast.Constant):
            names.add(str(node.args[0].value))
    return names
