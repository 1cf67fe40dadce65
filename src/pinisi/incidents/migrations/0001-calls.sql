CREATE TABLE incidents__call (
  key TEXT PRIMARY KEY,
  line TEXT NOT NULL,
  number TEXT NOT NULL DEFAULT '',
  caller TEXT NOT NULL DEFAULT '',
  spot TEXT NOT NULL DEFAULT '',
  said TEXT NOT NULL DEFAULT '',
  recording TEXT NOT NULL DEFAULT '',
  language TEXT NOT NULL DEFAULT '',
  channel TEXT NOT NULL,
  outside TEXT UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('ringing', 'answered', 'saved', 'missed', 'recalled')),
  kind TEXT NOT NULL DEFAULT '' CHECK (kind IN ('', 'emergency', 'information', 'prank', 'silent', 'abandoned')),
  category TEXT NOT NULL DEFAULT '',
  subcategory TEXT NOT NULL DEFAULT '',
  area TEXT NOT NULL DEFAULT '',
  agent TEXT NOT NULL DEFAULT '',
  rang_at INTEGER NOT NULL,
  answered_at INTEGER NOT NULL DEFAULT 0,
  ended_at INTEGER NOT NULL DEFAULT 0,
  saved_at INTEGER NOT NULL DEFAULT 0,
  entered_at INTEGER NOT NULL,
  incident TEXT NOT NULL DEFAULT '',
  score INTEGER NOT NULL DEFAULT 0,
  recall_of TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX incidents__call_line ON incidents__call (line, rang_at);
CREATE INDEX incidents__call_incident ON incidents__call (incident) WHERE incident <> '';
CREATE INDEX incidents__call_rang ON incidents__call (rang_at);
CREATE INDEX incidents__call_waiting ON incidents__call (state, rang_at) WHERE state IN ('ringing', 'answered', 'missed');
