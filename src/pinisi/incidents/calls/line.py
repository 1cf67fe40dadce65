"""The line that a call came from: its number as it is dialled, and a pseudonym that tells a repeat caller."""

import hashlib
import hmac
import re

COUNTRY = "62"
"""Numbers without a country code are Indonesian."""
LEAST_DIGITS, MOST_DIGITS = 3, 15
"""E.164, 6.1: at most 15 digits; 3 are a short code such as 110."""
_SEPARATORS = re.compile(r"[\s().\-/]")
_NUMBER = re.compile(r"\+?[0-9]+")


class NotANumber(ValueError):
    """What was given as a telephone number cannot be one; says why."""


def dialled(number: str) -> str:
    """A number in international form (`+628114111112`); a short code stays as it is; empty where it is withheld.

    Raises:
        NotANumber: it holds other characters, or too few or too many digits.
    """
    bare = _SEPARATORS.sub("", number)
    if not bare:
        return ""
    if not bare.isascii() or _NUMBER.fullmatch(bare) is None:
        raise NotANumber("holds other characters than digits, spaces, brackets, dots, dashes and a leading +")
    digits = bare.lstrip("+")
    if bare.startswith("00"):
        international = digits[2:]
    elif bare.startswith("+"):
        international = digits
    elif digits.startswith("0"):
        international = COUNTRY + digits[1:]
    elif digits.startswith(COUNTRY) and len(digits) > 8:
        international = digits
    elif len(digits) <= 5:
        return digits
    else:
        international = COUNTRY + digits
    if not LEAST_DIGITS <= len(international) <= MOST_DIGITS:
        raise NotANumber(f"a number has {LEAST_DIGITS} to {MOST_DIGITS} digits with its country code")
    return "+" + international


def line_of(dialled_number: str, key: bytes, call: str) -> str:
    """The pseudonym of a line: the same for the same number in this city, nothing outside of it.

    A withheld number is a line of its own for each call: strangers are not taken for one.
    """
    if not dialled_number:
        return f"call-{call}"
    return "line-" + hmac.new(key, dialled_number.encode(), hashlib.sha256).hexdigest()[:24]
