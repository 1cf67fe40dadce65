"""The calls' table and every statement upon it."""

from pinisi.runtime.records import Statement, Table

CALL = Table(name="call", subject="line", personal=("number", "caller", "spot", "said", "recording"))

_SEEN = "(:areas IS NULL OR EXISTS (SELECT 1 FROM json_each(:areas) WHERE area = value OR area LIKE value || '.%'))"
_OPEN = "key, line, channel, state, rang_at, answered_at, ended_at, agent, recall_of"
_FACTS = (
    "key, line, language, channel, state, kind, category, subcategory, area, agent, rang_at, answered_at, ended_at, "
    "saved_at, entered_at, incident, score, recall_of"
)
TAKE, READ, RING = "calls.take", "calls.read", "calls.ring"

CALL_STATEMENTS: tuple[Statement, ...] = (
    Statement(
        name="ring",
        permission=RING,
        sql="INSERT INTO incidents__call (key, line, number, channel, outside, state, rang_at, entered_at) "
        "VALUES (:key, :line, :number, 'telephone', :outside, 'ringing', :rang, :entered) "
        "ON CONFLICT (outside) DO NOTHING",
    ),
    Statement(
        name="pick up",
        permission=TAKE,
        sql="UPDATE incidents__call SET state = 'answered', agent = :agent, answered_at = :at "
        "WHERE key = :key AND state = 'ringing'",
    ),
    Statement(
        name="picked up",
        permission=RING,
        sql="UPDATE incidents__call SET state = 'answered', agent = :agent, answered_at = :at "
        "WHERE outside = :outside AND state = 'ringing'",
    ),
    Statement(
        name="hung up",
        permission=RING,
        sql="UPDATE incidents__call SET ended_at = :at, recording = :recording, "
        "state = CASE state WHEN 'ringing' THEN 'missed' ELSE state END WHERE outside = :outside AND ended_at = 0",
    ),
    Statement(
        name="hand",
        permission=TAKE,
        sql="UPDATE incidents__call SET agent = :to WHERE key = :key AND state = 'answered' AND agent = :agent",
    ),
    Statement(
        name="begin",
        permission=TAKE,
        sql="INSERT INTO incidents__call "
        "(key, line, number, channel, state, agent, rang_at, answered_at, entered_at, recall_of) "
        "VALUES (:key, :line, :number, :channel, 'answered', :agent, :rang, :answered, :entered, :recall_of)",
    ),
    Statement(
        name="recall",
        permission=TAKE,
        sql="UPDATE incidents__call SET state = 'recalled' WHERE key = :key AND state = 'missed'",
    ),
    Statement(
        name="save",
        permission=TAKE,
        sql="UPDATE incidents__call SET state = 'saved', line = :line, number = coalesce(:number, number), "
        "caller = :caller, spot = :spot, said = :said, language = :language, kind = :kind, category = :category, "
        "subcategory = :subcategory, area = :area, incident = :incident, score = :score, saved_at = :at, "
        "ended_at = CASE ended_at WHEN 0 THEN :at ELSE ended_at END WHERE key = :key AND state = 'answered'",
    ),
    Statement(
        name="queue",
        permission=TAKE,
        sql=f"SELECT {_OPEN} FROM incidents__call WHERE state IN ('ringing', 'answered', 'missed') "
        "ORDER BY rang_at, key LIMIT :limit",
    ),
    Statement(
        name="open call",
        permission=TAKE,
        sql=f"SELECT {_OPEN} FROM incidents__call WHERE key = :key",
    ),
    Statement(
        name="outside",
        permission=RING,
        sql="SELECT key, state FROM incidents__call WHERE outside = :outside",
    ),
    Statement(
        name="rung",
        permission=RING,
        sql=f"SELECT {_FACTS}, outside FROM incidents__call WHERE outside LIKE :prefix || '%' ORDER BY rang_at, key",
    ),
    Statement(
        name="number of",
        permission=TAKE,
        sql="SELECT line, number FROM incidents__call WHERE key = :key AND (state = 'missed' OR agent = :agent)",
    ),
    Statement(
        name="earlier",
        permission=TAKE,
        sql="SELECT kind, rang_at, incident FROM incidents__call "
        "WHERE line = :line AND rang_at >= :since AND state = 'saved' ORDER BY rang_at DESC LIMIT 50",
    ),
    Statement(
        name="calls of",
        permission=READ,
        sql=f"SELECT {_FACTS}, number, caller, spot, said, recording FROM incidents__call "
        f"WHERE incident = :incident AND {_SEEN} ORDER BY rang_at, key",
    ),
    Statement(
        name="counts",
        permission=TAKE,
        sql="SELECT count(*) AS calls, count(*) FILTER (WHERE answered_at > 0) AS answered, "
        "count(*) FILTER (WHERE state IN ('missed', 'recalled')) AS missed, "
        "count(*) FILTER (WHERE answered_at > 0 AND answered_at - rang_at <= :within) AS in_time, "
        "count(*) FILTER (WHERE kind IN ('prank', 'silent')) AS idle, "
        "count(*) FILTER (WHERE kind = 'emergency') AS emergencies "
        "FROM incidents__call WHERE rang_at >= :since AND channel = 'telephone'",
    ),
)
