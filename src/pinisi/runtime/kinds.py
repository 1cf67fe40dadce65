"""The kinds of source that the kernel itself brings: ways in that belong to no service."""

from typing import Any

from pinisi.runtime.source import SourceKind

KINDS: tuple[SourceKind[Any], ...] = ()
