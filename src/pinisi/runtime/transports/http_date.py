"""How long a server asks to wait (RFC 9110, 10.2.3)."""

import time
from email.utils import parsedate_to_datetime


def seconds_until(retry_after: str) -> float:
    """Seconds to wait by a `Retry-After`: a number of seconds, or a date; 0 for anything else."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return 0.0
