"""The way in of a replayed source: its rows arrive when the conductor lets them through."""

from collections.abc import AsyncIterator

from pinisi.runtime.conductor import Conductor
from pinisi.runtime.recording import Frame
from pinisi.runtime.reel import AT_ONCE
from pinisi.runtime.source import Line, Message


class FromReel:
    """A `Transport`. The place that it keeps is the number of the last row that was taken."""

    def __init__(self, stream: str, frame: Frame, conductor: Conductor) -> None:
        self._stream = stream
        self._frame = frame
        self._conductor = conductor

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        kept = await line.kept()
        most = 1 if self._frame.glue is None else AT_ONCE
        turn = self._conductor.enter(self._stream, int(kept or b"0"), most)
        try:
            while True:
                batch = await self._conductor.next(turn)
                place = b"%d" % batch.last
                yield Message(
                    body=self._frame.message(batch.bodies),
                    origin=batch.origin,
                    received=line.now(),
                    media=self._frame.media,
                    place=place,
                )
                await line.written(place)
                self._conductor.written(turn, batch)
        finally:
            self._conductor.leave(turn)
