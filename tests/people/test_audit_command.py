"""`pinisi audit`: the trail checked, taken out and signed at the command line."""

import os
import shutil
from pathlib import Path

import apsw
import pytest
from people_at_hand import CITY
from trails_at_hand import Trail, lived

from pinisi.cli import main
from pinisi.commands.keeping import set_aside_checkpoints
from pinisi.people.proof.statements import read_checkpoint
from pinisi.people.sealing import COPIES, PUBLIC
from pinisi.runtime.occupancy import occupy


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Trail:
    """A data folder as `pinisi run` leaves it: tenants in a folder of their own, keys beside."""
    trail = lived(tmp_path_factory.mktemp("kept"), rounds=6)
    inside = trail.data.parent / "city" / "data" / "tenants"
    shutil.copytree(trail.data, inside)
    shutil.copytree(trail.ring.folder, inside.parent.with_name("data.keys"))
    return Trail(inside.parent.parent)


@pytest.fixture
def folder(kept: Trail, tmp_path: Path) -> Path:
    shutil.copytree(kept.data, tmp_path / "data")
    shutil.copytree(kept.ring.folder, tmp_path / "data.keys")
    return tmp_path / "data"


def database(folder: Path) -> apsw.Connection:
    return apsw.Connection(str(folder / "tenants" / f"{CITY}.sqlite"))


def audit(*words: object) -> int:
    return main(["audit", *map(str, words)])


def test_a_data_folder_is_checked_beside_a_running_server(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with occupy(folder):
        assert audit("verify", "--data", folder) == 0
    assert f"{CITY}: unchanged: lines 1 to 24, confirmed up to 24" in capsys.readouterr().out


def test_what_was_done_to_a_data_folder_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database(folder).execute("UPDATE log SET subject = 'urn:b:99' WHERE position = 9")
    assert audit("verify", folder) == 1
    assert f"{CITY}: edited: line 9 (create of urn:b:99, by account:ani) was edited" in capsys.readouterr().out


def test_the_copies_beside_the_folder_find_lines_cut_from_its_end(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database(folder).execute("DELETE FROM log WHERE position > 20; DELETE FROM seal WHERE position > 20")
    assert audit("verify", folder) == 1
    assert f"{CITY}: truncated: the trail ends at line 20; the checkpoint of " in capsys.readouterr().out


def test_after_a_restore_the_copies_are_put_aside(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database(folder).execute("DELETE FROM log WHERE position > 20; DELETE FROM seal WHERE position > 20")
    keys = folder.with_name("data.keys")
    set_aside_checkpoints(keys)
    assert audit("verify", folder) == 0
    (keys / COPIES).write_text("")
    set_aside_checkpoints(keys)
    assert len(list(keys.glob("checkpoints.before-restore-*.txt"))) == 2


def test_a_trail_is_taken_out_and_checked_with_published_keys(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "all.trail"
    assert audit("export", out, "--data", folder) == 0
    assert audit("verify", out, "--key", folder.with_name("data.keys") / PUBLIC) == 0
    said = capsys.readouterr().out
    assert f"{CITY}: unchanged" in said
    assert "_people: unchanged" in said
    out.write_bytes(out.read_bytes().replace(b"urn:b:3", b"urn:b:4", 1))
    assert audit("verify", out) == 1


def test_checkpoints_are_printed_to_be_kept_outside(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database(folder).execute("DELETE FROM seal")
    assert audit("checkpoint", "--data", folder) == 0
    key, *checkpoints = capsys.readouterr().out.splitlines()
    assert key == (folder.with_name("data.keys") / PUBLIC).read_text().strip()
    assert {(each.tenant, each.position) for each in map(read_checkpoint, checkpoints)} >= {(CITY, 24)}


def test_a_file_of_an_older_version_is_called_unsigned(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database(folder).execute("DROP TABLE seal")
    assert audit("verify", folder) == 1
    assert f"{CITY}: unsigned: an older Pinisi wrote it last" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty", None, "holds no databases"),
        ("x.trail", b"hello\n", "is not an exported trail"),
        ("missing", b"", "No such file"),
    ],
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, said: str
) -> None:
    place = tmp_path / name
    if content is None:
        place.mkdir()
    elif content:
        place.write_bytes(content)
    assert audit("verify", place) == 2
    assert said in capsys.readouterr().err


def test_a_damaged_database_is_told_in_plain_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "tenants" / f"{CITY}.sqlite").write_bytes(os.urandom(9_000))
    assert audit("verify", folder) == 2
    assert "damaged" in capsys.readouterr().err
