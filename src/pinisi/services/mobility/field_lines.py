"""On which line of a TOML or JSON text a field stands."""

import re
from collections import Counter
from collections.abc import Iterator

_HEADER = re.compile(r"^\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")
_KEY = re.compile(r"^\s*([\w-]+)\s*=")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_LAST = re.compile(r"(\.[^.\[]+|\[\d+\]|^[^.\[]+)$")


def line_of(text: str, field: str, json: bool) -> int | None:
    """The line, from 1, of `groups[0].amber`; of what is nearest around it where the field itself is not found."""
    lines: dict[str, int] = {}
    for path, line in _json_fields(text) if json else _toml_fields(text):
        lines.setdefault(path, line)
    while field:
        if field in lines:
            return lines[field]
        field = _LAST.sub("", field)
    return None


def _toml_fields(text: str) -> Iterator[tuple[str, int]]:
    counts: Counter[str] = Counter()
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _table(header[2], header[1] == "[[", counts)
            yield table, number
        elif key := _KEY.match(line):
            yield f"{table}.{key[1]}" if table else key[1], number


def _table(name: str, repeated: bool, counts: Counter[str]) -> str:
    """`plans.stages` as `plans[1].stages[0]`, by how often each has begun."""
    path = ""
    parts = name.split(".")
    for depth, part in enumerate(parts):
        path = f"{path}.{part}" if path else part
        last = depth == len(parts) - 1
        if last and repeated:
            counts[path] += 1
        if counts[path]:
            path = f"{path}[{counts[path] - 1}]"
    return path


def _json_fields(text: str) -> Iterator[tuple[str, int]]:
    """Walks the tokens; `stack` holds for each open brace its path, and for a list the index that is next."""
    stack: list[tuple[str, int | None]] = []
    path, name = "", ""
    line, before = 1, 0
    for token in _TOKEN.finditer(text):
        line, before = line + text.count("\n", before, token.start()), token.start()
        if token[0] in "{[":
            if stack and stack[-1][1] is not None:
                path = f"{stack[-1][0]}[{stack[-1][1]}]"
            stack.append((path, 0 if token[0] == "[" else None))
            yield path, line
        elif token[0] in "}]":
            stack = stack[:-1]
        elif token[0] == ":":
            path = f"{stack[-1][0]}.{name}" if stack and stack[-1][0] else name
            yield path, line
        elif token[0] == "," and stack and stack[-1][1] is not None:
            stack[-1] = (stack[-1][0], stack[-1][1] + 1)
        elif token[0].startswith('"'):
            name = token[0][1:-1]
