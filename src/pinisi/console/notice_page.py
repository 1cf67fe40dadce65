"""The page behind the link of a notice: plain HTML with one button, for any phone."""

from html import escape
from typing import cast

from pinisi.city.profile import Profile
from pinisi.city.text import Language, Text
from pinisi.incidents.notices.facts import local_time
from pinisi.incidents.notices.wording import said
from pinisi.vocabulary.instant import Instant

_STYLE = """
:root{color-scheme:light dark}
body{font:1.1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:30rem;padding:2rem 1rem}
button{font:inherit;padding:.8rem 1.6rem;width:100%}
"""


def asking(language: str) -> str:
    button = f'<form method="post"><button>{_in(said("read-button"), language)}</button></form>'
    return _page(language, f"<p>{_in(said('read-ask'), language)}</p>{button}")


def done(profile: Profile, language: str, at: Instant) -> str:
    return _page(language, f'<p role="status">{_in(said("read-done", time=local_time(profile, at)), language)}</p>')


def _page(language: str, body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>Pinisi</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )


def _in(text: Text, language: str) -> str:
    return escape(str(getattr(text, cast("Language", language))))
