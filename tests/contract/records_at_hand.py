"""A sample service that keeps who owns a well, in two versions; and people who may and may not look."""

from pinisi.store.record_tables import RecordBook, RecordStatement, RecordTable
from pinisi.vocabulary.principal import EVERYTHING, Grant, Grants, Principal

WELL = "urn:type:Well"
FIRST = """\
CREATE TABLE wells__owner (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, area TEXT NOT NULL, wells INTEGER NOT NULL CHECK (wells > 0)
) STRICT;
"""
SECOND = """\
ALTER TABLE wells__owner ADD COLUMN phone TEXT NOT NULL DEFAULT '';
CREATE TABLE wells__visit (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, said TEXT NOT NULL) STRICT;
CREATE INDEX wells__visit_owner ON wells__visit (owner);
INSERT INTO wells__visit (owner, said) SELECT key, 'known from before' FROM wells__owner;
"""
OWNER = RecordTable(name="wells__owner", subject="key", personal=frozenset({"name", "phone"}))
VISIT = RecordTable(name="wells__visit", subject="owner", personal=frozenset({"said"}))


def statement(name: str, sql: str, permission: str = "") -> RecordStatement:
    return RecordStatement(name=name, sql=sql, permission=permission)


STATEMENTS = (
    statement("take in", "INSERT INTO wells__owner (key, name, area, wells) VALUES (:key, :name, :area, :wells)"),
    statement("rename", "UPDATE wells__owner SET name = :name WHERE key = :key"),
    statement("note", "INSERT INTO wells__visit (owner, said) VALUES (:key, :said)"),
    statement("who", "SELECT key, name FROM wells__owner WHERE key = :key"),
    statement("how many", "SELECT count(*) AS owners, sum(wells) AS wells FROM wells__owner"),
    statement(
        "mine",
        "SELECT key, wells FROM wells__owner WHERE :areas IS NULL OR area IN (SELECT value FROM json_each(:areas)) "
        "ORDER BY key",
    ),
)


def book(**changes: object) -> RecordBook:
    whole: dict[str, object] = {
        "service": "wells",
        "type": WELL,
        "migrations": (FIRST, SECOND),
        "tables": (OWNER, VISIT),
        "statements": STATEMENTS,
    }
    return RecordBook(**(whole | changes))  # type: ignore[arg-type]


def keeper(grants: Grants = EVERYTHING, *permissions: str) -> Principal:
    wanted = permissions or ("records.read", "records.write", "records.erase")
    return Principal(id="person:ani", name="Ani", kind="person", permissions=frozenset(wanted), grants=grants)


KEEPER = keeper()
WEST_ONLY = keeper(Grants((Grant(areas=frozenset({"73.1"}), types=frozenset({WELL})),)))
OF_OTHER_THINGS = keeper(Grants((Grant(types=frozenset({"urn:type:Car"}), write=True),)))
LOOKER = keeper(Grants((Grant(types=frozenset({WELL})),)))
