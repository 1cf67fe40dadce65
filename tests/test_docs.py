"""The docs cannot drift: every command, setting, route and entity type of the code stands in docs/reference."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from pinisi.cli import build_parser
from pinisi.settings import ELSEWHERE, FIELDS, Settings

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def reference() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(REFERENCE.glob("*.md")))


def commands(parser: argparse.ArgumentParser, words: str = "pinisi") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command and sub-command, with its parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield f"{words} {name}", inner
                yield from commands(inner, f"{words} {name}")


def section(text: str, heading: str) -> str:
    """The text below a heading, up to the next one."""
    found = re.search(rf"^#+ `{re.escape(heading)}`\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


def test_every_command_has_its_section() -> None:
    text = page("commands.md")
    assert [name for name, _ in commands(build_parser()) if not section(text, name).strip()] == []


def test_every_option_stands_in_the_section_of_its_command() -> None:
    text = page("commands.md")
    everywhere = {"-h", "--help"} | {"--data", "--settings"}
    missing = [
        f"{name} {option}"
        for name, parser in commands(build_parser())
        for action in parser._actions
        for option in action.option_strings
        if option not in everywhere and option not in section(text, name)
    ]
    assert missing == []
    assert all(option in text.partition("## `pinisi run`")[0] for option in ("--data", "--settings"))


def test_no_section_describes_a_command_that_is_not_there() -> None:
    named = re.findall(r"^#+ `(pinisi [a-z -]+)`$", page("commands.md"), re.MULTILINE)
    assert sorted(named) == sorted(name for name, _ in commands(build_parser()))


def test_every_make_target_is_described() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert [target for target in phony.group(1).split() if f"`make {target}" not in page("commands.md")] == []


def default_as_written(key: str) -> str:
    value = getattr(Settings(), key)
    if isinstance(value, tuple):
        return ", ".join(f"`{part}`" for part in value) or "none"
    return {None: "none", "": "empty"}.get(value, f"`{value}`")


@pytest.mark.parametrize("key", sorted(FIELDS))
def test_every_setting_stands_in_the_table_with_its_default(key: str) -> None:
    assert f"| `{key}` | {default_as_written(key)} |" in page("settings.md")


def test_the_table_of_settings_has_no_others() -> None:
    table = page("settings.md").partition("| key |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE) == list(FIELDS)


def test_every_variable_that_is_no_setting_is_explained() -> None:
    assert [name for name in sorted(ELSEWHERE) if f"| `{name}` |" not in page("settings.md")] == []


def without_names(path: str) -> str:
    """Parameters of a path without their names: `{id}` and `{entityId}` are the same place."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def test_every_route_stands_in_the_reference() -> None:
    from pinisi.console.routes import all_routes
    from pinisi.runtime.services import discover

    said = without_names(reference())
    missing = [
        f"{route.method} {route.path}"
        for route in all_routes(discover())
        if not re.search(rf"\b{route.method} {re.escape(without_names(route.path))}(?![\w/{{-])", said)
    ]
    assert missing == []


def test_every_entity_type_of_the_shipped_city_stands_in_the_reference() -> None:
    from pinisi.city.entities import city_entities
    from pinisi.city.profile import load_profile

    said = reference()
    types: set[str] = set()
    for entity in city_entities(load_profile(ROOT / "cities" / "makassar")):
        own = entity["type"]
        types |= {own} if isinstance(own, str) else set(own)
    assert types
    assert sorted(name for name in types if f"`{name}`" not in said) == []


def test_every_entity_type_of_the_vocabulary_stands_in_the_reference() -> None:
    from pinisi.vocabulary import terms

    named = {value.rpartition(":")[2] for name, value in vars(terms).items() if name.isupper() and type(value) is str}
    types = {name for name in named if name[:1].isupper()}
    assert types
    assert sorted(name for name in types if f"`{name}`" not in reference()) == []


@pytest.mark.parametrize("path", [*PAGES, ROOT / "README.md"], ids=lambda path: path.name)
def test_every_link_between_pages_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = [unquote(link) for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text) if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_page_can_be_reached_from_the_index() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "docs" / "index.md"]
    while waiting:
        here = waiting.pop().resolve()
        if here in reached or here.suffix != ".md" or not here.is_file():
            continue
        reached.add(here)
        links = re.findall(r"\]\(([^)#\s]+)", here.read_text(encoding="utf-8"))
        waiting += [here.parent / link for link in links if "://" not in link]
    decisions = ROOT / "docs" / "decisions"
    assert [path.name for path in PAGES if path.resolve() not in reached and path.parent != decisions] == []


@pytest.mark.parametrize("name", ["etcd.conf", "patroni.yml", "haproxy.cfg"])
def test_the_cluster_that_is_told_is_the_one_that_is_tried(name: str) -> None:
    told = (ROOT / "docs" / "how-to" / "several-machines.md").read_text(encoding="utf-8")
    assert (ROOT / "bench" / "patroni" / name).read_text(encoding="utf-8") in told
