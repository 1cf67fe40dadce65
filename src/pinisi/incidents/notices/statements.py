"""The tables of contacts, notices and deliveries, and every statement upon them."""

from pinisi.runtime.records import Statement, Table

SEND, MANAGE = "notices.send", "contacts.manage"
CONTACT = Table(name="contact", subject="key", personal=("name", "address", "secret"))
NOTICE = Table(name="notice")
DELIVERY = Table(name="delivery", subject="contact")

_PLAIN = "key, duties, level, channel, language, quiet, exercises, account AS whose, since"
_DELIVERY = (
    "key, notice, incident, contact, channel, level, state, due, message, attempts, tried_at, ended_at, answer, "
    "unsure, read_at, read_by"
)


def _delivery(name: str, sql: str) -> Statement:
    return Statement(name=name, permission=SEND, sql=sql)


NOTICE_STATEMENTS: tuple[Statement, ...] = (
    Statement(
        name="list contact",
        permission=MANAGE,
        sql="INSERT INTO incidents__contact "
        "(key, name, duties, level, channel, address, secret, language, quiet, exercises, account, since) VALUES "
        "(:key, :name, :duties, :level, :channel, :address, :secret, :language, :quiet, :exercises, :account, :since)",
    ),
    Statement(
        name="change contact",
        permission=MANAGE,
        sql="UPDATE incidents__contact SET name = :name, duties = :duties, level = :level, channel = :channel, "
        "address = :address, language = :language, quiet = :quiet, exercises = :exercises, account = :account, "
        "secret = CASE WHEN channel = 'webhook' AND secret = '' THEN :secret ELSE secret END WHERE key = :key",
    ),
    Statement(name="drop contact", permission=MANAGE, sql="DELETE FROM incidents__contact WHERE key = :key"),
    Statement(
        name="contacts",
        permission=MANAGE,
        sql=f"SELECT {_PLAIN}, name, address FROM incidents__contact ORDER BY duties, level, key",
    ),
    _delivery("book", f"SELECT {_PLAIN} FROM incidents__contact ORDER BY key"),
    _delivery("address", "SELECT key, name, address, secret FROM incidents__contact WHERE key = :key"),
    _delivery(
        "note",
        "INSERT INTO incidents__notice (key, occasion, incident, about, state, at, made_at, next_at, body) "
        "VALUES (:key, :occasion, :incident, :about, :state, :at, :made, :next, :body) ON CONFLICT (key) DO NOTHING",
    ),
    _delivery(
        "go on",
        "UPDATE incidents__notice SET state = :state, next_at = :next, body = :body "
        "WHERE key = :key AND body = :before",
    ),
    _delivery("notice", "SELECT body FROM incidents__notice WHERE key = :key"),
    _delivery(
        "notices of", "SELECT body FROM incidents__notice WHERE incident = :incident ORDER BY made_at, key LIMIT 1000"
    ),
    _delivery(
        "newest",
        "SELECT body FROM incidents__notice WHERE (:occasion = '' OR occasion = :occasion) "
        "AND (:state = '' OR state = :state) ORDER BY made_at DESC, key LIMIT :limit",
    ),
    _delivery(
        "standing",
        "SELECT body FROM incidents__notice WHERE about = :about AND state IN ('told', 'asks', 'answered', 'unheard', "
        "'nobody') ORDER BY made_at DESC LIMIT 1",
    ),
    _delivery(
        "due notices",
        "SELECT body FROM incidents__notice WHERE next_at > 0 AND next_at <= :now ORDER BY next_at LIMIT 200",
    ),
    _delivery(
        "owe",
        "INSERT INTO incidents__delivery (key, notice, incident, contact, channel, level, due) "
        "VALUES (:key, :notice, :incident, :contact, :channel, :level, :due) ON CONFLICT (key) DO NOTHING",
    ),
    _delivery("lately", "SELECT contact, due FROM incidents__delivery WHERE due > :since"),
    _delivery(
        "due",
        f"SELECT {_DELIVERY} FROM incidents__delivery WHERE state = 'waiting' AND due <= :now "
        "ORDER BY due, key LIMIT 1000",
    ),
    _delivery(
        "first to",
        "SELECT key FROM incidents__delivery WHERE contact = :contact AND state IN ('waiting', 'sending') "
        "ORDER BY rowid LIMIT 1",
    ),
    _delivery("next due", "SELECT min(due) AS due FROM incidents__delivery WHERE state = 'waiting'"),
    _delivery(
        "begin message",
        "UPDATE incidents__delivery SET state = 'sending', message = :message, attempts = attempts + 1, "
        "tried_at = :at WHERE key = :key AND state = 'waiting'",
    ),
    _delivery(
        "postpone",
        "UPDATE incidents__delivery SET state = 'waiting', due = :due, answer = :answer "
        "WHERE message = :message AND state = 'sending'",
    ),
    _delivery(
        "end message",
        "UPDATE incidents__delivery SET state = :state, ended_at = :at, answer = :answer "
        "WHERE message = :message AND state = 'sending'",
    ),
    _delivery("interrupted", "SELECT DISTINCT message FROM incidents__delivery WHERE state = 'sending'"),
    _delivery(
        "take up",
        "UPDATE incidents__delivery SET state = 'waiting', due = :at, unsure = 1 "
        "WHERE message = :message AND state = 'sending'",
    ),
    _delivery(
        "again",
        "UPDATE incidents__delivery SET state = 'waiting', due = :at, attempts = 0, ended_at = 0 "
        "WHERE message = :message AND state = 'dead'",
    ),
    _delivery("delivery", f"SELECT {_DELIVERY} FROM incidents__delivery WHERE key = :key"),
    _delivery(
        "deliveries of", f"SELECT {_DELIVERY} FROM incidents__delivery WHERE notice = :notice ORDER BY level, key"
    ),
    _delivery("together", f"SELECT {_DELIVERY} FROM incidents__delivery WHERE message = :message ORDER BY due, key"),
    _delivery(
        "in state",
        f"SELECT {_DELIVERY} FROM incidents__delivery WHERE state = :state ORDER BY due DESC, key LIMIT :limit",
    ),
    _delivery(
        "read message",
        "UPDATE incidents__delivery SET read_at = :at, read_by = :by WHERE message = :message AND read_at = 0",
    ),
    _delivery("delivery counts", "SELECT state, count(*) AS n FROM incidents__delivery GROUP BY state"),
)
