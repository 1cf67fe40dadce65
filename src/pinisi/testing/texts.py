"""The texts of a service: three languages, the same places to fill, none in the code."""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from string import Formatter
from typing import Any, cast

from pinisi.city.text import LANGUAGES
from pinisi.testing.walls import module_files


def text_faults(package: str) -> list[str]:
    """What is wrong with them, one line each."""
    document = (files(package) / "strings" / "texts.toml").read_text(encoding="utf-8")
    texts: dict[str, Any] = tomllib.loads(document)
    faults = [f"texts.toml: {key}: {fault}" for key, text in texts.items() for fault in _of_one(text)]
    faults += list(_in_words(package))
    for path in module_files(package):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        faults += [f"{path.name}: line {line}: {fault}" for line, fault in _in_code(tree, texts)]
    return faults


def _in_words(package: str) -> Iterator[str]:
    """Of `strings/words.toml`, where there is one. Its parts and languages are checked when it is read."""
    path = files(package) / "strings" / "words.toml"
    words: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    groups = {name: part for name, part in words.items() if name != "values"}
    groups |= {f"values.{name}": part for name, part in words.get("values", {}).items()}
    for group, part in groups.items():
        for key, text in part.items():
            yield from (f"words.toml: {group}.{key}: {fault}" for fault in _of_one(text))


def _of_one(text: Any) -> Iterator[str]:
    languages = set(LANGUAGES)
    if not isinstance(text, dict) or set(text) != languages:  # pyright: ignore[reportUnknownArgumentType]
        yield f"has not exactly {', '.join(sorted(languages))}"
        return
    words = cast("Mapping[str, Any]", text)
    for language in LANGUAGES:
        if not isinstance(words[language], str) or not words[language].strip():
            yield f"is empty in {language}"
            return
    try:
        places = {language: _places(words[language]) for language in LANGUAGES}
    except ValueError as error:
        yield f"cannot be filled: {error}"
        return
    if len(set(places.values())) > 1:
        yield f"has other places in other languages: {places}"


def _places(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def _in_code(tree: ast.AST, texts: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
            words = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(isinstance(each, ast.JoinedStr | ast.Constant) for each in words):
                yield node.lineno, "a text in the code: it belongs in strings/texts.toml"
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "TEXTS":
            key = node.slice
            if isinstance(key, ast.Constant) and key.value not in texts:
                yield node.lineno, f"no text {key.value!r}"
