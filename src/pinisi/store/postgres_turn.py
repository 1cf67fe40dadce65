"""A turn at the head of the log for a group that was run without it: what it rests on is looked at, and places given.

A rested group is run beside those of other processes, upon what its process knows. Its lines have no positions yet,
and its new entities no rows: they are counted from `VIRTUAL`. One statement takes the turn: the head is locked; if
nothing that the group read has changed since, its lines get their positions, times and links, and everything is laid
down with them. So what waits for the head is a statement, not the work of a process.

What a group rests on: the versions of all entities that it read, also of those that it was refused for; that there is
none of an id; that a key was not used; areas, hot attributes, and what ends by itself; and that its process has heard
of every document (a subscription) that was written.
"""

from typing import NamedTuple

from pinisi.store.log import Position
from pinisi.vocabulary.instant import Instant

VIRTUAL = 1 << 40
"""No log is so long, and no tenant has so many entities."""
MOST_UNHEARD = 5_000
"""Lines that a process may not have heard of: beyond, it hears of them first."""

TURN = f"""
CREATE TABLE turn (
  process text PRIMARY KEY, number bigint NOT NULL, position bigint NOT NULL, next_row bigint NOT NULL,
  time bigint NOT NULL
) WITH (fillfactor = 25);
CREATE FUNCTION turn(
  who text, nth bigint, tenant text, known bigint[], at bigint[], missing text[], keys text[], heard bigint,
  areas_known bigint, hot_known bigint, upto bigint, times bigint[], tails bytea[], first bytea, born bigint,
  OUT ends bigint, OUT latest bigint, OUT next_row bigint, OUT link bytea, OUT links bytea[], OUT names integer,
  OUT families integer, OUT due bigint
) RETURNS SETOF record LANGUAGE plpgsql VOLATILE SET enable_seqscan = off AS $turn$
#variable_conflict use_column
DECLARE
  h record;
  tail bytea;
  n bigint := 0;
BEGIN
  SELECT * INTO STRICT h FROM {{schema}}.head FOR UPDATE;
  IF h.areas <> areas_known OR h.hot <> hot_known OR h.due <= greatest(upto, h.time)
    OR h.position - heard > {MOST_UNHEARD}
    OR (cardinality(known) > 0 AND cardinality(known) <> (
      SELECT count(*) FROM unnest(known, at) AS u(r, p)
      JOIN {{schema}}.entity AS e ON e.row = u.r AND e.position = u.p))
    OR (cardinality(missing) > 0 AND EXISTS (SELECT FROM {{schema}}.entity AS e WHERE e.id = ANY(missing)))
    OR (cardinality(keys) > 0 AND EXISTS (SELECT FROM {{schema}}.done AS d WHERE d.key = ANY(keys)))
    OR EXISTS (SELECT FROM {{schema}}.log AS l WHERE l.position > heard AND l.op = 'document')
  THEN
    RETURN;
  END IF;
  ends := h.position;
  latest := h.time;
  next_row := h.next_row;
  names := h.names;
  families := h.families;
  due := h.due;
  link := h.link;
  IF nth > 0 THEN
    IF first IS NULL THEN
      n := cardinality(times);
      link := ''::bytea;
    ELSE
      links := '{{}}';
      IF link = ''::bytea THEN
        link := first;
      END IF;
      FOREACH tail IN ARRAY tails LOOP
        n := n + 1;
        link := sha256(
          link || convert_to('[' || (h.position + n) || ',' || greatest(times[n], h.time) || ',', 'UTF8') || tail);
        links := links || link;
      END LOOP;
    END IF;
    UPDATE {{schema}}.head SET position = h.position + n, time = greatest(upto, h.time), next_row = h.next_row + born,
      link = turn.link;
    IF nth = 1 THEN
      DELETE FROM {{schema}}.turn AS t WHERE t.time < h.time - 86400000000;
    END IF;
    INSERT INTO {{schema}}.turn AS t VALUES (who, nth, h.position, h.next_row, h.time) ON CONFLICT (process) DO UPDATE
      SET number = excluded.number, position = excluded.position, next_row = excluded.next_row, time = excluded.time;
    IF n > 0 THEN
      PERFORM pg_notify('pinisi', (h.position + n) || ' ' || tenant);
    END IF;
  END IF;
  RETURN NEXT;
END
$turn$;
"""
"""Its plans are kept, and may be made when the tables are empty: without `enable_seqscan = off` they read them whole.
`turn`: who took a turn last, and which: so a commit that was not answered is found (`postgres_unanswered`)."""


class Place(NamedTuple):
    """What a turn found: where the log ended, the time of its last line, and the next row of an entity."""

    position: Position
    time: Instant
    next_row: int

    def at(self, virtual: Position) -> Position:
        """The position of a line."""
        return virtual - VIRTUAL + self.position if virtual >= VIRTUAL else virtual

    def row(self, virtual: int) -> int:
        """The row of an entity."""
        return virtual - VIRTUAL + self.next_row if virtual >= VIRTUAL else virtual


class Turn(NamedTuple):
    """What the statement is told."""

    process: str
    number: int
    tenant: str
    known: list[int]
    at: list[Position]
    missing: list[str]
    keys: list[str]
    heard: Position
    areas: Position
    hot: int
    upto: Instant
    times: list[Instant]
    tails: list[bytes]
    first: bytes | None
    born: int
