"""What the kernel's incidents keep of people: tables beside the context, never in it (docs/reference/records.md)."""

from pinisi.incidents.agencies.photos import PHOTO, PHOTO_STATEMENTS
from pinisi.incidents.calls.statements import CALL, CALL_STATEMENTS
from pinisi.incidents.notices.statements import CONTACT, DELIVERY, NOTICE, NOTICE_STATEMENTS
from pinisi.runtime.records import Records, migrations_of

ROOM = "incidents"

RECORDS = Records(
    type="Incident",
    migrations=migrations_of("pinisi.incidents"),
    tables=(CALL, PHOTO, CONTACT, NOTICE, DELIVERY),
    statements=(*CALL_STATEMENTS, *PHOTO_STATEMENTS, *NOTICE_STATEMENTS),
)
