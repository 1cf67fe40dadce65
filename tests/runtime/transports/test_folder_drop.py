"""A folder into which files are dropped: read when whole, put away with the reason of what was rejected."""

from pathlib import Path

import pytest
from line_at_hand import LineAtHand, listening

from pinisi.city.text import Text
from pinisi.runtime.source import Message, Reject, Taken, TransportFailed
from pinisi.runtime.transports import folder as folders
from pinisi.runtime.transports.folder import Folder

pytestmark = pytest.mark.anyio


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def line(tmp_path: Path) -> LineAtHand:
    return LineAtHand(tmp_path)


def drop(names: tuple[str, ...] = ("*",)) -> Folder:
    return Folder("inbox", names, look=0.02)


async def test_whole_files_are_read_in_their_order_and_put_away(inbox: Path, line: LineAtHand) -> None:
    (inbox / "a.csv").write_text("1")
    (inbox / "b.json").write_text("2")
    async with listening(drop(), line):
        await line.until(lambda _: {path.name for path in (inbox / "done").glob("*")} == {"a.csv", "b.json"})
    assert sorted((m.origin, m.body, m.media) for m in line.messages) == [
        ("a.csv", b"1", "text/csv"),
        ("b.json", b"2", "application/json"),
    ]


async def test_what_is_still_being_written_is_left_alone(inbox: Path, line: LineAtHand) -> None:
    for name in (".hidden", "big.csv.part", "x.tmp", "y~"):
        (inbox / name).write_text("half")
    (inbox / "good.csv").write_text("whole")
    async with listening(drop(), line):
        await line.until(lambda _: (inbox / "done" / "good.csv").exists())
        (inbox / "big.csv.part").rename(inbox / "big.csv")
        await line.until(lambda _: (inbox / "done" / "big.csv").exists())
    assert [message.origin for message in line.messages] == ["good.csv", "big.csv"]


async def test_a_file_that_grows_is_read_once_it_has_stopped(inbox: Path, line: LineAtHand) -> None:
    growing = inbox / "log.csv"
    growing.write_text("0")
    async with listening(drop(), line):
        for number in range(1, 30):
            with growing.open("a") as file:
                file.write(str(number % 10))
            (inbox / f"probe{number}.csv").write_text("x")
            await line.until(lambda _, n=number: (inbox / f"probe{n}.csv").exists())
        await line.until(lambda _: (inbox / "done" / "log.csv").exists())
    bodies = [message.body for message in line.messages if message.origin == "log.csv"]
    assert b"".join(bodies).decode() == (inbox / "done" / "log.csv").read_text()


async def test_only_the_names_that_are_meant_are_read(inbox: Path, line: LineAtHand) -> None:
    (inbox / "a.CSV").write_text("1")
    (inbox / "b.txt").write_text("2")
    async with listening(drop(("*.csv",)), line):
        await line.until(lambda _: (inbox / "done" / "a.CSV").exists())
    assert (inbox / "b.txt").exists()


def rejected() -> Reject:
    reason = Text("tanpa tinggi", "no level", "水位なし")
    return Reject(key="3", row="3", field="level", reason=reason)


@pytest.mark.parametrize(
    ("taken", "where"),
    [
        (Taken(whole=False, rejects=(rejected(),)), "refused"),
        (Taken(rejects=(rejected(),)), "refused"),
        (Taken(entities=4, rejects=(rejected(),)), "done"),
    ],
)
async def test_what_was_rejected_stands_beside_the_file(
    inbox: Path, line: LineAtHand, taken: Taken, where: str
) -> None:
    (inbox / where).mkdir()
    (inbox / "a.csv").write_text("bad")
    (inbox / where / "a.csv").write_text("one of before")
    await drop().taken(line, Message(body=b"bad", origin="a.csv", received=0), taken)
    assert (inbox / where / "a.csv").read_text() == "one of before"
    assert (inbox / where / "a-2.csv").read_text() == "bad"
    assert (inbox / where / "a-2.csv.reason.txt").read_text() == "3\tlevel\tno level\n"


async def test_a_file_that_is_too_long_is_refused_with_the_reason(
    inbox: Path, line: LineAtHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MOST_BYTES", 10)
    (inbox / "big.csv").write_text("x" * 11)
    async with listening(drop(), line):
        await line.until(lambda _: (inbox / "refused" / "big.csv.reason.txt").exists())
    assert line.messages == []


async def test_a_folder_that_cannot_be_used_is_told(line: LineAtHand) -> None:
    (line.folder / "inbox").write_text("a file")
    with pytest.raises(TransportFailed, match="cannot be used"):
        await anext(drop().messages(line))
