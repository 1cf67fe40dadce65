"""From tables to the bytes of files: UTF-8, one heading, lines that end as RFC 4180 says."""

import csv

from pinisi.services.mobility.engine.gtfs.table import Feed, Table


class _Lines(list[str]):
    """Takes the lines that a CSV writer writes."""

    def write(self, line: str) -> None:
        self.append(line)


def write_feed(feed: Feed) -> dict[str, bytes]:
    return {**feed.other, **{name: _bytes(table) for name, table in feed.tables.items()}}


def _bytes(table: Table) -> bytes:
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(table.header)
    writer.writerows(table.rows)
    return "".join(lines).encode("utf-8", "replace")
