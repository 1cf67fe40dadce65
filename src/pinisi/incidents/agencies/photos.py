"""Photographs of an incident: records, never in the context; every look at one is in the audit trail."""

from collections.abc import Sequence

from pinisi.incidents.agencies.crews import Crew
from pinisi.incidents.agencies.picture import Media
from pinisi.runtime.records import RecordRoom, Row, Statement, Table
from pinisi.store.change import RecordChange
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Principal

PHOTO = Table(name="photo", subject="account", personal=("image",))
MOST_PHOTOS = 100

PHOTO_STATEMENTS: tuple[Statement, ...] = (
    Statement(
        name="keep photo",
        permission="crew.act",
        sql="INSERT INTO incidents__photo "
        "(key, incident, agency, unit, account, media, image, note, taken_at, entered_at) "
        "VALUES (:key, :incident, :agency, :unit, :account, :media, :image, :note, :at, :now)",
    ),
    Statement(
        name="photos of",
        permission="incidents.read",
        sql="SELECT key, agency, unit, media, note, taken_at, entered_at, length(image) AS size "
        "FROM incidents__photo WHERE incident = :incident AND (:areas IS NULL OR :areas IS NOT NULL) "
        "ORDER BY taken_at, key LIMIT :limit",
    ),
    Statement(
        name="photo",
        permission="incidents.read",
        sql="SELECT account, media, image FROM incidents__photo "
        "WHERE incident = :incident AND key = :key AND (:areas IS NULL OR :areas IS NOT NULL)",
    ),
)
"""Whoever asks has been found to see the incident; `:areas` lets those ask who are limited to areas."""


class Photos:
    def __init__(self, records: RecordRoom) -> None:
        self._records = records

    def kept(
        self, key: str, incident: str, crew: Crew, picture: tuple[Media, bytes], note: str, at: Instant, now: Instant
    ) -> RecordChange:
        """The change that keeps a picture: to be committed with the line in the story that tells of it."""
        values = {"key": key, "incident": incident, "agency": crew.agency, "unit": crew.unit, "account": crew.account}
        media, image = picture
        return self._records.change(
            "keep photo", {**values, "media": media, "image": image, "note": note, "at": at, "now": now}, rows=1
        )

    async def of(self, incident: str, principal: Principal) -> Sequence[Row]:
        """What there is, without the pictures."""
        return await self._records.read("photos of", {"incident": incident, "limit": MOST_PHOTOS}, principal)

    async def one(self, incident: str, key: str, principal: Principal) -> tuple[str, bytes] | None:
        """Media type and picture: a look that is on record."""
        rows = await self._records.read("photo", {"incident": incident, "key": key}, principal)
        image = rows[0]["image"] if rows else None
        return (str(rows[0]["media"]), image) if isinstance(image, bytes) else None
