"""Damage: each is named as the canonical validator names it, repaired or explained; what is sound stays sound."""

import json
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from gtfs_damage import DAMAGES, HARMLESS, Damage
from gtfs_feeds import DAY, cut, feed, repaired
from gtfs_validator import cli as canonical

from pinisi.services.mobility.engine.gtfs.checking import check_feed
from pinisi.services.mobility.engine.gtfs.notice import Notice
from pinisi.services.mobility.engine.gtfs.reading import read_feed
from pinisi.services.mobility.engine.gtfs.writing import write_feed
from pinisi.services.mobility.gtfs_zip import NoFeed, unzip, zipped

UNREAD = frozenset({"missing_required_file", "missing_calendar_and_calendar_date_files"})


def found(files: Mapping[str, bytes]) -> list[Notice]:
    tables, read = read_feed(files)
    return [*read, *check_feed(tables, DAY)]


def errors(files: Mapping[str, bytes]) -> set[str]:
    return {each.code for each in found(files) if each.severity == "error"}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_each_damage_is_named_and_repaired_or_left_with_a_reason(damage: Damage) -> None:
    assert damage.codes <= errors(damage.files)
    done = repaired(damage.files)
    assert (errors(write_feed(done.feed)) == set()) == damage.mended
    for kind in done.kinds:
        if kind.severity == "error":
            assert kind.done if kind.after == 0 else kind.left, kind


@pytest.mark.parametrize("files", HARMLESS.values(), ids=HARMLESS)
def test_what_is_only_unusual_is_no_error_and_stays(files: Mapping[str, bytes]) -> None:
    assert errors(files) == set()
    again = write_feed(repaired(files).feed)
    assert errors(again) == set()
    assert set(again) == set(files)


def canonical_errors(files: Mapping[str, bytes], folder: Path) -> set[str]:
    (folder / "feed.zip").write_bytes(zipped(files))
    canonical.main(["-i", str(folder / "feed.zip"), "-o", str(folder), "-v", "report.json"])
    notices = json.loads((folder / "report.json").read_text())["notices"]
    return {each["code"] for each in notices if each["severity"] == "ERROR"}


@pytest.mark.long
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_the_canonical_validator_names_no_error_that_we_do_not(damage: Damage, tmp_path: Path) -> None:
    """Of files in a folder it reads none; we say so, and read on."""
    unread = UNREAD if "invalid_input_files_in_subfolder" in damage.codes else frozenset[str]()
    assert canonical_errors(damage.files, tmp_path) - unread <= errors(damage.files)
    if damage.mended:
        assert canonical_errors(write_feed(repaired(damage.files).feed), tmp_path) == set()


@pytest.mark.long
@pytest.mark.parametrize("name", ["transjakarta", "bogor"])
def test_cells_of_the_two_feeds_spoilt_at_random_are_named_and_repaired(name: str) -> None:
    """Cells swapped, emptied, filled with nonsense; rows twice or gone, files cut: errors only go down."""
    lot = random.Random(7)
    for _ in range(60):
        files = dict(cut(name))
        for _ in range(lot.randint(1, 6)):
            file = lot.choice(sorted(files))
            files[file] = spoilt(files[file], lot)
        done = repaired(files)
        left = {kind.code for kind in done.kinds if kind.severity == "error" and kind.after}
        assert all(kind.left for kind in done.kinds if kind.code in left)
        assert errors(write_feed(done.feed)) <= left | {"foreign_key_violation"}
        assert done.errors(after=True) <= done.errors(after=False)


def spoilt(body: bytes, lot: random.Random) -> bytes:
    lines = body.split(b"\n")
    at = lot.randrange(len(lines))
    cells = lines[at].split(b",")
    cell = lot.randrange(len(cells))
    match lot.randrange(6):
        case 0:
            cells[cell] = b""
        case 1:
            cells[cell] = lot.choice((b"nonsense", b"-1", b"99:99:99", b"\xff\xfe", b'"', b"1e9", b" x "))
        case 2:
            other = lot.randrange(len(cells))
            cells[cell], cells[other] = cells[other], cells[cell]
        case 3:
            lines.insert(at, lines[at])
        case 4:
            del lines[at]
            return b"\n".join(lines)
        case _:
            return body[: lot.randrange(1, len(body))]
    lines[at] = b",".join(cells)
    return b"\n".join(lines)


def test_a_feed_cut_anywhere_is_refused_or_read_and_never_raises() -> None:
    body = zipped(feed())
    for end in range(0, len(body), 97):
        with pytest.raises(NoFeed):
            unzip(body[:end], "cut.zip")
