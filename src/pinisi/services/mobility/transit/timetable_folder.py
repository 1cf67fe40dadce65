"""The folder that a timetable is put into; what was taken is kept beside it, so that journeys can be searched in it."""

import asyncio
from collections.abc import AsyncIterator

from pinisi.runtime.source import Line, Message, Taken, TransportFailed
from pinisi.runtime.transports.folder import Folder
from pinisi.services.mobility.transit.shelf import FOLDER, SHELF


class TimetableFolder(Folder):
    def __init__(self, path: str, feed: str) -> None:
        super().__init__(path, ("*.zip",))
        self._feed = feed

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        await asyncio.to_thread(SHELF.offer_all, line.folder / FOLDER / self._feed)
        async for message in super().messages(line):
            yield message

    async def taken(self, line: Line, message: Message, taken: Taken) -> None:
        """Raises `TransportFailed`: it cannot be kept."""
        if taken.whole and taken.entities:
            try:
                await asyncio.to_thread(SHELF.keep, line.folder / FOLDER / self._feed, message.body)
            except OSError as error:
                raise TransportFailed(f"the timetable cannot be kept: {error.strerror or error}") from None
        await super().taken(line, message, taken)
