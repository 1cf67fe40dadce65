"""From the letters of S0001 to what people in the street see (SXL 1.2.1, "Signal group status")."""

from collections.abc import Mapping

from pinisi.services.mobility.engine.signals.aspect import Aspect

_LETTERS: Mapping[Aspect, str] = {
    Aspect.DARK: "abe",
    Aspect.FLASHING: "cdf",
    Aspect.RED: "ghABCDEFGP",
    Aspect.RED_AMBER: "0",
    Aspect.GREEN: "123456789",
    Aspect.AMBER: "NO",
}
"""Start-up interval 1 (e) is dark or flashing, interval 2 (f) amber that protects nobody yet."""
_ASPECTS = {letter: aspect for aspect, letters in _LETTERS.items() for letter in letters}


def aspect_of(letter: str) -> Aspect:
    """What no list has protects nobody: it counts as flashing."""
    return _ASPECTS.get(letter, Aspect.FLASHING)
