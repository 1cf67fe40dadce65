"""A stream of documents that stand behind each other, cut into documents: `<event>`s, and one `<auth>` at the start."""

import re

from pinisi.incidents.cot.reader import MOST_BYTES
from pinisi.runtime.source import Unreadable

_BEGIN = re.compile(rb"<(event|auth)(?=[\s/>])")
_BETWEEN = re.compile(rb"\s*(<\?xml[^>]{0,200}\?>\s*)?")
_LONGEST_TAG = 300


class Cutter:
    """Bytes in as they come, documents out as they are whole."""

    def __init__(self) -> None:
        self._left = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The documents that are whole now.

        Raises:
            Unreadable: something else stands between them, or one is too long. The stream cannot be read any further.
        """
        self._left += data
        found: list[bytes] = []
        while (document := self._next()) is not None:
            found.append(document)
        if len(self._left) > MOST_BYTES:
            raise Unreadable(f"a document is larger than {MOST_BYTES >> 10} KB")
        return found

    def _next(self) -> bytes | None:
        between = _BETWEEN.match(self._left)
        start = between.end() if between else 0
        begin = _BEGIN.match(self._left, start)
        if begin is None:
            return self._wait(start)
        closing = b"</" + begin[1] + b">"
        end = self._left.find(closing, start, start + MOST_BYTES + len(closing))
        if end < 0:
            return None
        stop = end + len(closing)
        document, self._left = self._left[start:stop], self._left[stop:]
        return document

    def _wait(self, start: int) -> None:
        """Whether what is there may still become a document. Raises `Unreadable`: it cannot."""
        rest = self._left[start:]
        if rest[:1] not in (b"", b"<") or len(rest) > _LONGEST_TAG:
            raise Unreadable("something other than an <event> stands in the stream")
        if len(rest) > len(b"<event ") and not rest.startswith(b"<?"):
            raise Unreadable("something other than an <event> stands in the stream")
