"""Backup and restore, proved on real SQLite files."""

import asyncio
import gzip
import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import apsw
import msgspec
import pytest

from pinisi.runtime.archive import FORMAT, KeptFile, Manifest
from pinisi.runtime.backup import (
    BackupError,
    backup_data_folder,
    backup_stopped,
    backup_to_send,
    restore_data_folder,
    verify_backup,
)
from pinisi.runtime.databases import copy_database
from pinisi.runtime.occupancy import Occupied, occupant, occupy

MADE = 1_790_000_000_000_000


def make_database(path: Path, rows: int = 200) -> apsw.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "wal")
    connection.execute("CREATE TABLE log (position INTEGER PRIMARY KEY, text TEXT)")
    with connection:
        connection.executemany("INSERT INTO log (text) VALUES (?)", [(f"change {n} " * 20,) for n in range(rows)])
    return connection


def texts(path: Path) -> list[tuple[int, str]]:
    connection = apsw.Connection(str(path))
    rows = list(connection.execute("SELECT position, text FROM log ORDER BY position"))
    connection.close()
    return rows


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    make_database(folder / "makassar.sqlite").close()
    make_database(folder / "tenants" / "drill.sqlite", rows=3).close()
    (folder / "pinisi.toml").write_text("port = 9091\n")
    (folder / ".half-written").write_text("x")
    return folder


def test_what_is_restored_is_what_was_kept(data: Path, tmp_path: Path) -> None:
    manifest = backup_stopped(data, tmp_path / "b.pinisi", MADE)
    assert [kept.path for kept in manifest.files] == ["makassar.sqlite", "pinisi.toml", "tenants/drill.sqlite"]
    restored = tmp_path / "elsewhere" / "data"
    assert restore_data_folder(tmp_path / "b.pinisi", restored) == (manifest, None)
    for name in ("makassar.sqlite", "tenants/drill.sqlite"):
        assert texts(restored / name) == texts(data / name)
    assert (restored / "pinisi.toml").read_text() == "port = 9091\n"
    assert not (restored / ".half-written").exists()


def test_what_only_the_write_ahead_log_holds_is_in_the_backup(tmp_path: Path) -> None:
    writer = make_database(tmp_path / "data" / "a.sqlite", rows=50)
    assert (tmp_path / "data" / "a.sqlite-wal").stat().st_size > 0
    backup_stopped(tmp_path / "data", tmp_path / "b", MADE)
    writer.close()
    restore_data_folder(tmp_path / "b", tmp_path / "restored")
    assert len(texts(tmp_path / "restored" / "a.sqlite")) == 50


def test_a_backup_taken_while_someone_writes_is_a_whole_moment(tmp_path: Path) -> None:
    data = tmp_path / "data"
    writer = make_database(data / "a.sqlite", rows=500)

    async def copy_between_writes(stage: Path) -> None:
        with writer:
            writer.execute("INSERT INTO log (text) VALUES ('before')")
        await asyncio.to_thread(copy_database, data / "a.sqlite", stage / "a.sqlite")
        with writer:
            writer.execute("INSERT INTO log (text) VALUES ('after')")

    asyncio.run(backup_data_folder(data, copy_between_writes, tmp_path / "b", MADE))
    writer.close()
    restore_data_folder(tmp_path / "b", tmp_path / "restored")
    assert texts(tmp_path / "restored" / "a.sqlite")[-1][1] == "before"
    assert len(texts(data / "a.sqlite")) == 502


def test_the_same_data_gives_the_same_bytes(data: Path, tmp_path: Path) -> None:
    backup_stopped(data, tmp_path / "one", MADE)
    backup_stopped(data, tmp_path / "two", MADE)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_passwords_of_sources_do_not_travel_with_a_backup(data: Path, tmp_path: Path) -> None:
    (data / "secrets").mkdir()
    (data / "secrets" / "broker").write_text("correct horse")
    kept = backup_stopped(data, tmp_path / "b.backup", 0)
    assert [file.path for file in kept.files if "secrets" in file.path] == []
    assert [file.path for file in kept.files] != []


def test_a_backup_inside_the_data_folder_does_not_hold_itself(data: Path) -> None:
    out = data / "b.pinisi"
    backup_stopped(data, out, MADE)
    manifest = backup_stopped(data, out, MADE)
    assert "b.pinisi" not in [kept.path for kept in manifest.files]


def test_restore_refuses_a_data_folder_that_holds_something(data: Path, tmp_path: Path) -> None:
    backup_stopped(data, tmp_path / "b", MADE)
    with pytest.raises(BackupError, match="is not empty: --replace"):
        restore_data_folder(tmp_path / "b", data)


def test_restore_with_replace_keeps_the_old_folder_beside(data: Path, tmp_path: Path) -> None:
    backup_stopped(data, tmp_path / "b", MADE)
    (data / "pinisi.toml").write_text("port = 1\n")
    _, former = restore_data_folder(tmp_path / "b", data, replace=True)
    assert former == tmp_path / "data.before-restore-1"
    assert (former / "pinisi.toml").read_text() == "port = 1\n"
    assert (data / "pinisi.toml").read_text() == "port = 9091\n"
    assert restore_data_folder(tmp_path / "b", data, replace=True)[1] == tmp_path / "data.before-restore-2"


def test_every_cut_of_a_backup_is_noticed(data: Path, tmp_path: Path) -> None:
    backup_stopped(data, tmp_path / "b", MADE)
    whole = (tmp_path / "b").read_bytes()
    for length in range(0, len(whole) - 1, max(1, len(whole) // 40)):
        (tmp_path / "cut").write_bytes(whole[:length])
        with pytest.raises(BackupError):
            verify_backup(tmp_path / "cut")


def test_every_changed_byte_of_the_content_is_noticed(data: Path, tmp_path: Path) -> None:
    backup_stopped(data, tmp_path / "b", MADE)
    plain = bytearray(gzip.decompress((tmp_path / "b").read_bytes()))
    place = plain.index(b"change 7 ")
    plain[place] ^= 1
    (tmp_path / "b").write_bytes(gzip.compress(bytes(plain)))
    with pytest.raises(BackupError, match=r"makassar\.sqlite: has been changed"):
        restore_data_folder(tmp_path / "b", tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


def archive_of(path: Path, manifest: Manifest, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in {"manifest.json": msgspec.json.encode(manifest), **members}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def kept(path: str, content: bytes) -> KeptFile:
    import hashlib

    return KeptFile(path, len(content), hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("path", ["../evil", "/etc/evil", "a/../../evil", "a\\..\\evil", ""])
def test_a_backup_cannot_write_outside_the_data_folder(tmp_path: Path, path: str) -> None:
    manifest = Manifest(FORMAT, "0", "2026-01-01T00:00:00Z", (kept(path, b"x"),))
    file = archive_of(tmp_path / "b", manifest, {path: b"x"})
    with pytest.raises(BackupError, match="outside the data folder"):
        restore_data_folder(file, tmp_path / "inner" / "data")


def test_a_link_in_a_backup_is_refused(tmp_path: Path) -> None:
    manifest = Manifest(FORMAT, "0", "2026-01-01T00:00:00Z", (kept("link", b""),))
    with tarfile.open(tmp_path / "b", "w:gz") as archive:
        text = msgspec.json.encode(manifest)
        member = tarfile.TarInfo("manifest.json")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
        link = tarfile.TarInfo("link")
        link.type = tarfile.SYMTYPE
        link.linkname = "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(BackupError, match="link: is missing"):
        verify_backup(tmp_path / "b")


def test_a_file_that_the_manifest_does_not_name_is_refused(tmp_path: Path) -> None:
    file = archive_of(tmp_path / "b", Manifest(FORMAT, "0", "2026-01-01T00:00:00Z", ()), {"extra": b"x"})
    with pytest.raises(BackupError, match="manifest does not name"):
        verify_backup(file)


def test_a_backup_of_another_format_says_so(tmp_path: Path) -> None:
    file = archive_of(tmp_path / "b", Manifest(FORMAT + 1, "9.9", "2026-01-01T00:00:00Z", ()), {})
    with pytest.raises(BackupError, match=r"format 2 \(Pinisi 9\.9\)"):
        verify_backup(file)


def test_a_damaged_database_in_a_backup_is_not_put_in_place(tmp_path: Path) -> None:
    content = b"SQLite format 3\x00" + b"\x07" * 4096
    manifest = Manifest(FORMAT, "0", "2026-01-01T00:00:00Z", (kept("a.sqlite", content),))
    file = archive_of(tmp_path / "b", manifest, {"a.sqlite": content})
    with pytest.raises(BackupError, match=r"a\.sqlite: the database"):
        restore_data_folder(file, tmp_path / "data")
    assert not (tmp_path / "data" / "a.sqlite").exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"not a backup", gzip.compress(b"neither"), gzip.compress(b"\0" * 20480)],
    ids=["nothing", "text", "packed text", "packed zeros"],
)
def test_another_file_is_told_from_a_backup(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(BackupError):
        restore_data_folder(tmp_path / "b", tmp_path / "data")


def test_a_missing_data_folder_cannot_be_backed_up(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="there is no data folder"):
        backup_stopped(tmp_path / "none", tmp_path / "b", MADE)


def test_a_failed_backup_leaves_nothing_behind(data: Path, tmp_path: Path) -> None:
    async def failing(stage: Path) -> None:
        raise OSError(28, "No space left on device", "x")

    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(BackupError, match="No space left"):
        asyncio.run(backup_data_folder(data, failing, target / "b", MADE))
    assert list(target.iterdir()) == []


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
HOLDER = """
import sys; from pathlib import Path; from pinisi.runtime.occupancy import occupy
with occupy(Path(sys.argv[1]), "http://127.0.0.1:9090"):
    print("held", flush=True); sys.stdin.read()
"""


@pytest.fixture
def holder() -> Callable[[Path], "subprocess.Popen[str]"]:
    def start(data: Path) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(data)],
            env=ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    return start


def test_one_process_at_a_time_holds_a_data_folder_and_a_killed_one_lets_go(
    data: Path, tmp_path: Path, holder: Callable[[Path], "subprocess.Popen[str]"]
) -> None:
    process = holder(data)
    try:
        found = occupant(data)
        assert found is not None
        assert (found.pid, found.url) == (process.pid, "http://127.0.0.1:9090")
        for attempt in (lambda: backup_stopped(data, tmp_path / "b", MADE), lambda: occupy(data).__enter__()):
            with pytest.raises(Occupied, match=f"in use by process {process.pid} at http://127"):
                attempt()
    finally:
        process.kill()
        process.communicate()
    assert occupant(data) is None
    with occupy(data):
        pass


def test_a_backup_is_sent_piece_by_piece_and_nothing_stays(data: Path, tmp_path: Path) -> None:
    async def copy(stage: Path) -> None:
        copy_database(data / "makassar.sqlite", stage / "makassar.sqlite")

    async def send() -> bytes:
        return b"".join([piece async for piece in await backup_to_send(data, copy, MADE)])

    before = sorted(data.rglob("*"))
    (tmp_path / "b").write_bytes(asyncio.run(send()))
    assert sorted(data.rglob("*")) == before
    restore_data_folder(tmp_path / "b", tmp_path / "restored")
    assert texts(tmp_path / "restored" / "makassar.sqlite") == texts(data / "makassar.sqlite")


def test_a_backup_that_cannot_be_made_says_so_before_the_first_piece(data: Path) -> None:
    async def failing(stage: Path) -> None:
        raise OSError(28, "No space left on device", "x")

    before = sorted(data.rglob("*"))
    with pytest.raises(BackupError, match="No space left"):
        asyncio.run(backup_to_send(data, failing, MADE))
    assert sorted(data.rglob("*")) == before
