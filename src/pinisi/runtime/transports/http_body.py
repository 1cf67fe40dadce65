"""The body of an answer within bounds: cut off at the limit, unpacked within it, by nothing but gzip and deflate."""

import zlib
from collections.abc import AsyncIterator

from pinisi.runtime.source import TransportFailed

_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}


async def bounded_body(pieces: AsyncIterator[bytes], encoding: str, most: int) -> bytes:
    """The whole body, unpacked.

    Raises:
        TransportFailed: it is longer than `most` bytes, packed or unpacked; or is packed in a way that is not taken.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return await _gathered(pieces, most)
    window = _WINDOW.get(encoding)
    if window is None:
        raise TransportFailed(f"the answer is packed as {encoding[:40]!r}; gzip and deflate are taken")
    return await _unpacked(pieces, window, most)


async def _gathered(pieces: AsyncIterator[bytes], most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > most:
            raise TransportFailed(f"the answer is longer than {most} bytes")
        parts.append(piece)
    return b"".join(parts)


async def _unpacked(pieces: AsyncIterator[bytes], window: int, most: int) -> bytes:
    unpack = zlib.decompressobj(window)
    parts: list[bytes] = []
    size = 0
    try:
        async for piece in pieces:
            part = unpack.decompress(piece, most - size + 1)
            size += len(part)
            if size > most or unpack.unconsumed_tail:
                raise TransportFailed(f"the answer is longer than {most} bytes when unpacked")
            parts.append(part)
    except zlib.error as error:
        raise TransportFailed(f"the answer cannot be unpacked: {error}") from None
    if not unpack.eof:
        raise TransportFailed("the answer ends before its packed body does")
    return b"".join(parts)
