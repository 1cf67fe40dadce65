"""Pinisi's own @context as a table of terms."""

import msgspec

from pinisi.city.context import context_bytes
from pinisi.context.contexts import Contexts
from pinisi.context.term_table import TermTable


def pinisi_table() -> TermTable:
    name = "urn:pinisi:context"
    return Contexts({name: msgspec.json.decode(context_bytes())}, lambda _: None).table(name)
