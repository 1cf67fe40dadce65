CREATE TABLE incidents__contact (
  key TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  duties TEXT NOT NULL,
  level INTEGER NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('email', 'webhook', 'mqtt', 'apprise')),
  address TEXT NOT NULL,
  secret TEXT NOT NULL DEFAULT '',
  language TEXT NOT NULL,
  quiet TEXT NOT NULL DEFAULT '',
  exercises INTEGER NOT NULL DEFAULT 0,
  account TEXT NOT NULL DEFAULT '',
  since INTEGER NOT NULL
) STRICT;
CREATE TABLE incidents__notice (
  key TEXT PRIMARY KEY,
  occasion TEXT NOT NULL,
  incident TEXT NOT NULL DEFAULT '',
  about TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('told', 'asks', 'answered', 'over', 'unheard', 'nobody')),
  at INTEGER NOT NULL,
  made_at INTEGER NOT NULL,
  next_at INTEGER NOT NULL DEFAULT 0,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX incidents__notice_incident ON incidents__notice (incident, made_at) WHERE incident <> '';
CREATE INDEX incidents__notice_about ON incidents__notice (about, made_at) WHERE about <> '';
CREATE INDEX incidents__notice_next ON incidents__notice (next_at) WHERE next_at > 0;
CREATE INDEX incidents__notice_made ON incidents__notice (made_at);
CREATE TABLE incidents__delivery (
  key TEXT PRIMARY KEY,
  notice TEXT NOT NULL,
  incident TEXT NOT NULL DEFAULT '',
  contact TEXT NOT NULL,
  channel TEXT NOT NULL,
  level INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'taken', 'dead')),
  due INTEGER NOT NULL,
  message TEXT NOT NULL DEFAULT '',
  attempts INTEGER NOT NULL DEFAULT 0,
  tried_at INTEGER NOT NULL DEFAULT 0,
  ended_at INTEGER NOT NULL DEFAULT 0,
  answer TEXT NOT NULL DEFAULT '',
  unsure INTEGER NOT NULL DEFAULT 0,
  read_at INTEGER NOT NULL DEFAULT 0,
  read_by TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX incidents__delivery_due ON incidents__delivery (due) WHERE state = 'waiting';
CREATE INDEX incidents__delivery_open ON incidents__delivery (state) WHERE state IN ('sending', 'dead');
CREATE INDEX incidents__delivery_notice ON incidents__delivery (notice);
CREATE INDEX incidents__delivery_message ON incidents__delivery (message) WHERE message <> '';
CREATE INDEX incidents__delivery_contact ON incidents__delivery (contact, due);
