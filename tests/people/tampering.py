"""Random acts of tampering: with the text of an export, and with the rows of a tenant's file."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import apsw

from pinisi.people.proof.exported import next_link

Rows = list[bytes]
_OPS = ("create", "update", "delete", "document", "audit")


def tampered(rows: Sequence[bytes], random: Random) -> tuple[str, Rows]:
    """What was done, and the rows of an export after it."""
    act = random.choice((_edit, _edit, _edit, _delete, _delete, _swap, _swap, _insert, _repeat, _cut, _renumber))
    changed = list(rows)
    act(changed, _places(changed), random)
    return act.__name__.strip("_"), changed


def _places(rows: Rows) -> list[int]:
    return [number for number, row in enumerate(rows) if row.startswith(b"line ")]


def _edit(rows: Rows, places: list[int], random: Random) -> None:
    """One letter of a line or of its link becomes another one."""
    place = random.choice(places)
    row = bytearray(rows[place])
    at = random.randrange(5, len(row) - 1)
    row[at] = random.choice([letter for letter in b"abcdef0123456789xyz" if letter != row[at]])
    rows[place] = bytes(row)


def _delete(rows: Rows, places: list[int], random: Random) -> None:
    begin = random.choice(places)
    del rows[begin : min(begin + random.randint(1, 4), places[-1] + 1)]


def _swap(rows: Rows, places: list[int], random: Random) -> None:
    one, other = random.sample(places, 2)
    rows[one], rows[other] = rows[other], rows[one]


def _insert(rows: Rows, places: list[int], random: Random) -> None:
    """A forged line whose own link is right."""
    place = random.choice(places)
    link = bytes.fromhex(rows[place][5:69].decode())
    number = rows[place][70:].partition(b"[")[2].partition(b",")[0]
    text = b'[%d,1,"audit","gift",null,null,[],"account:eve",{"act":"gave"}]' % (int(number) + 1)
    rows.insert(place + 1, b"line %s %s\n" % (next_link(link, text).hex().encode(), text))


def _repeat(rows: Rows, places: list[int], random: Random) -> None:
    rows.insert(random.choice(places), rows[random.choice(places)])


def _cut(rows: Rows, places: list[int], random: Random) -> None:
    """The last lines go, and the end is set to fit."""
    count = random.randint(1, 5)
    last = int(rows[places[-1 - count]].partition(b"[")[2].partition(b",")[0])
    del rows[places[-count] :]
    rows.append(b"end %d\n" % last)


def _renumber(rows: Rows, places: list[int], random: Random) -> None:
    """A line goes, and those after it move up."""
    begin = random.choice(places[:-1])
    for place in places[places.index(begin) + 1 :]:
        head, _, tail = rows[place].partition(b"[")
        number, _, rest = tail.partition(b",")
        rows[place] = b"%s[%d,%s" % (head, int(number) - 1, rest)
    del rows[begin]
    rows[-1] = b"end %d\n" % (int(rows[-1][4:]) - 1)


def rehashed(rows: Sequence[bytes], place: int, new: bytes) -> Rows:
    """Another text at a place, and every link from there on made anew."""
    changed = list(rows)
    links = [row[5:69].decode() for row in rows if row.startswith(b"line ")]
    places = _places(changed)
    at = places.index(place)
    begin = next(row for row in rows if row.startswith(b"begin ")).split()[2].decode()
    link = bytes.fromhex(links[at - 1] if at else begin)
    for number in places[at:]:
        text = new if number == place else changed[number][70:].rstrip(b"\n")
        link = next_link(link, text)
        changed[number] = b"line %s %s\n" % (link.hex().encode(), text)
    return changed


def tamper_with(connection: apsw.Connection, random: Random) -> str:
    """Change something of the trail in a tenant's file, in the transaction that is open; what was done."""
    act: Callable[[apsw.Connection, Random], None] = random.choice(
        (_column, _column, _column, _gone, _exchanged, _exchanged, _name, _family, _moved)
    )
    act(connection, random)
    return act.__name__.strip("_")


def _rows(connection: apsw.Connection, sql: str) -> list[tuple[Any, ...]]:
    return list(connection.execute(sql))


def _somewhere(connection: apsw.Connection, random: Random) -> int:
    return random.choice(_rows(connection, "SELECT position FROM log"))[0]


def _column(connection: apsw.Connection, random: Random) -> None:
    position = _somewhere(connection, random)
    sql = "SELECT time, op, subject, before, after, attributes, principal, detail, link FROM log WHERE position = ?"
    time, op, subject, before, after, attributes, principal, detail, link = next(connection.execute(sql, (position,)))
    families = [None, *(id for (id,) in _rows(connection, "SELECT id FROM family"))]
    names = [id for (id,) in _rows(connection, "SELECT id FROM name")]
    new: dict[str, Any] = {
        "time": time + random.choice((-1, 1, 3_600_000_000)),
        "op": random.choice([other for other in _OPS if other != op]),
        "subject": subject + random.choice("xyz0"),
        "before": random.choice([other for other in families if other != before]),
        "after": random.choice([other for other in families if other != after]),
        "attributes": ",".join(filter(None, (attributes, str(random.choice(names))))),
        "principal": random.choice([other for other in names if other != principal]),
        "link": bytes([link[0] ^ 1]) + link[1:],
    }
    if op == "audit":
        new["detail"] = detail[:-1] + b',"by":"eve"}'
    column = random.choice(sorted(new))
    connection.execute(f"UPDATE log SET {column} = ? WHERE position = ?", (new[column], position))


def _gone(connection: apsw.Connection, random: Random) -> None:
    position = _somewhere(connection, random)
    connection.execute("DELETE FROM log WHERE position BETWEEN ? AND ?", (position, position + random.randint(0, 3)))


def _exchanged(connection: apsw.Connection, random: Random) -> None:
    """Two lines change places, with their links or without."""
    one = _somewhere(connection, random)
    others = [row[0] for row in _rows(connection, "SELECT position FROM log") if row[0] != one]
    other = random.choice(others)
    kept = -1
    for source, target in ((one, kept), (other, one), (kept, other)):
        connection.execute("UPDATE log SET position = ? WHERE position = ?", (target, source))
    if random.random() < 0.5:
        links = dict(_rows(connection, f"SELECT position, link FROM log WHERE position IN ({one}, {other})"))
        connection.execute("UPDATE log SET link = ? WHERE position = ?", (links[one], other))
        connection.execute("UPDATE log SET link = ? WHERE position = ?", (links[other], one))


def _name(connection: apsw.Connection, random: Random) -> None:
    """Somebody else did it: the name behind a number is another one."""
    used = [row[0] for row in _rows(connection, "SELECT DISTINCT principal FROM log")]
    connection.execute("UPDATE name SET text = text || '.eve' WHERE id = ?", (random.choice(used),))


def _family(connection: apsw.Connection, random: Random) -> None:
    used = [row[0] for row in _rows(connection, "SELECT DISTINCT after FROM log WHERE after IS NOT NULL")]
    connection.execute("UPDATE family SET areas = '[\"99\"]' WHERE id = ?", (random.choice(used),))


def _moved(connection: apsw.Connection, random: Random) -> None:
    position = _somewhere(connection, random)
    connection.execute("UPDATE log SET position = position + 1000000 WHERE position = ?", (position,))
