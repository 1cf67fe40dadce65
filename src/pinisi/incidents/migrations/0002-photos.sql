CREATE TABLE incidents__photo (
  key TEXT PRIMARY KEY,
  incident TEXT NOT NULL,
  agency TEXT NOT NULL,
  unit TEXT NOT NULL DEFAULT '',
  account TEXT NOT NULL,
  media TEXT NOT NULL,
  image BLOB NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  taken_at INTEGER NOT NULL,
  entered_at INTEGER NOT NULL
) STRICT;
CREATE INDEX incidents__photo_incident ON incidents__photo (incident, taken_at);
