"""Time stamps of RSMP: UTC with three decimal places (core 3.2.2, "Data types")."""

from pinisi.vocabulary.instant import SECOND, Instant, format_instant

_MILLISECOND = SECOND // 1000


def stamp(moment: Instant) -> str:
    """`2026-11-26T07:30:00.125Z`; what is finer than a millisecond is cut."""
    whole = format_instant(moment // SECOND * SECOND).removesuffix("Z")
    return f"{whole}.{moment // _MILLISECOND % 1000:03d}Z"
