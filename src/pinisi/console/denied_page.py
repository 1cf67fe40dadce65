"""The page for a person whom a provider of accounts has sent back and who is not let in: why, and whom to ask."""

import tomllib
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files

import msgspec

from pinisi.city.text import LANGUAGES, Text, fill
from pinisi.console.http import Reply
from pinisi.people.oidc.rules import Provider

STYLE = """
:root{color-scheme:light dark}
body{font:1.05rem/1.55 system-ui,sans-serif;margin:0 auto;max-width:42rem;padding:2rem 1rem}
section{margin:0 0 1.5rem}
h1{font-size:1.15rem;margin:0 0 .3rem}
p{margin:.3rem 0}
code{overflow-wrap:anywhere}
"""
HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"),
    (b"x-frame-options", b"DENY"),
)
_STATUS = {"again": 400, "silent": 503, "too-soon": 429}
LINKABLE = frozenset({"unknown", "unconfirmed", "no-role"})
"""Reasons with which an administrator can help who knows how the provider names the person."""


@cache
def words() -> Mapping[str, Text]:
    document = (files("pinisi.console") / "denied.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(document), dict[str, Text])


def denied(provider: Provider, reason: str, subject: str, *more: tuple[bytes, bytes]) -> Reply:
    """The answer: 400 to begin again, 503 while the provider is silent, 429 after too many attempts, else 403."""
    body = page(provider, reason, subject).encode()
    return Reply(_STATUS.get(reason, 403), body, b"text/html; charset=utf-8", (*HEADERS, *more))


def page(provider: Provider, reason: str, subject: str) -> str:
    """In all three languages: nobody has chosen one before he is in."""
    parts = [_section(provider, reason, subject, language) for language in LANGUAGES]
    title = escape(" · ".join(_in("title", language) for language in LANGUAGES))
    return "\n".join(
        [
            '<!doctype html>\n<html lang="id"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{STYLE}</style></head><body><main>",
            *parts,
            "</main></body></html>",
        ]
    )


def _section(provider: Provider, reason: str, subject: str, language: str) -> str:
    told = _in(reason, language, name=provider.name[language], ask=provider.ask)
    lines = [f'<section lang="{language}"><h1>{escape(_in("title", language))}</h1>', f"<p>{escape(told)}</p>"]
    if subject and reason in LINKABLE:
        before, _, after = escape(_in("number", language, subject="\n")).partition("\n")
        lines.append(f"<p>{before}<code>{escape(subject)}</code>{after}</p>")
    lines.append(f'<p><a href="/">{escape(_in("back", language))}</a></p></section>')
    return "\n".join(lines)


def _in(key: str, language: str, **values: str) -> str:
    return str(getattr(fill(words()[key], **values), language))
