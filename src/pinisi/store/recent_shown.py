"""`history` as a reader sees it: what lies in its place and what is recent, as one table.

In the connection of a reader the name `history` means a view over both, so that no statement knows of two. What is
recent he takes over once into a table in memory, in the order of history: a row costs him 2 us, and a value's past is
read by seeks in both. SQLite merges them in order where the columns of ORDER BY are among those that are selected; a
scalar subquery therefore selects from a subquery that has them (`picture_sql`).
"""

from pinisi.store.recent import COLUMNS, IN_ORDER, UNSETTLED
from pinisi.store.sql_rows import Connection, rows

_BOTH = f"SELECT {COLUMNS} FROM main.history UNION ALL SELECT {COLUMNS} FROM"
_ENDS = "SELECT (SELECT min(came) FROM recent), (SELECT max(came) FROM recent)"
_STANDS = "SELECT name, value FROM fact WHERE name IN ('recut', 'settled', 'settling')"


class RecentShown:
    """Shows both to one connection, which keeps what it has taken over from read to read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._first: int | None = None
        self._last = 0
        self._stands: dict[str, int] = {}
        connection.execute(IN_ORDER.format(name="fresh"))
        connection.execute(f"CREATE TEMP VIEW history AS {_BOTH} temp.fresh")

    def catch_up(self) -> None:
        """Take over what has come and let go what lies in its place, in the snapshot of the open transaction."""
        connection = self._connection
        begins, ends = rows(connection, _ENDS)[0]
        stands: dict[str, int] = dict(rows(connection, _STANDS))  # pyright: ignore[reportArgumentType]
        if (begins, ends, stands) == (self._first, self._last, self._stands):
            return
        if begins is None or stands.get("recut") != self._stands.get("recut"):
            connection.execute("DELETE FROM fresh")
            self._last = 0
        elif begins != self._first:
            connection.execute("DELETE FROM fresh WHERE came < ?", (begins,))
        if ends is not None and ends > self._last:
            come = f"SELECT {COLUMNS}, came FROM recent WHERE came > ?"
            connection.execute(f"INSERT OR REPLACE INTO fresh {come}", (self._last,))
        if "settled" in stands:
            gone = "DELETE FROM fresh WHERE entity < ? AND came <= ?"
            connection.execute(gone, (stands["settled"], stands["settling"]))
        self._first, self._last, self._stands = begins, ends or 0, stands


def show_unsorted(connection: Connection) -> None:
    """The same for one who reads all of history once, from end to end; `query_only` may be set afterwards."""
    connection.execute(f"CREATE TEMP VIEW history AS {_BOTH} main.recent WHERE {UNSETTLED}")
