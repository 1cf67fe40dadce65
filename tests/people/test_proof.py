"""The proof of the trail: a clean one passes, whatever is done to it is found, and said in words."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import apsw
import pytest
from people_at_hand import CITY
from tampering import rehashed, tamper_with, tampered
from trails_at_hand import ANI, Trail, kinds, lived, put, verdict_of

from pinisi.commands.audit import verifier
from pinisi.people.proof.statements import Checkpoint, Key, key_id, read_checkpoint
from pinisi.people.sealing import COPIES, PUBLIC, SECRET, KeyRing, checkpoint_of
from pinisi.people.trail_export import exported_from
from pinisi.store.chain import first_link
from pinisi.store.change import AuditEntry
from pinisi.vocabulary.instant import DAY
from pinisi.vocabulary.principal import SYSTEM

TAMPERED = 120


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Trail:
    return lived(tmp_path_factory.mktemp("trail"))


@pytest.fixture(scope="module")
def rows(trail: Trail) -> list[bytes]:
    return trail.text().splitlines(keepends=True)


@pytest.fixture
def copied(trail: Trail, tmp_path: Path) -> Trail:
    """The same trail in a place of its own, with the machine's own keys."""
    shutil.copytree(trail.data, tmp_path / "data")
    shutil.copytree(trail.ring.folder, tmp_path / "data.keys")
    other = Trail(tmp_path)
    other._now = trail._now + DAY
    return other


def place_of(rows: list[bytes], position: int) -> int:
    return next(n for n, row in enumerate(rows) if row.startswith(b"line ") and row[70:].startswith(b"[%d," % position))


def test_a_clean_trail_passes(trail: Trail) -> None:
    verdict = trail.verdict()
    assert (verdict.findings, verdict.notes) == ([], [])
    assert (verdict.lines, verdict.sealed) == (120, 120)
    people = trail.verdict(trail.data / "_people.sqlite")
    assert (people.findings, people.lines) == ([], people.sealed)


def test_whatever_is_done_to_an_export_is_found(trail: Trail, rows: list[bytes]) -> None:
    random = Random(5)
    keys = trail.keys
    done = [tampered(rows, random) for _ in range(TAMPERED)]
    missed = [what for what, changed in done if changed != rows and not verdict_of(b"".join(changed), keys).findings]
    assert missed == []
    assert len({what for what, _ in done}) == 7


def test_whatever_is_done_to_the_file_is_found(copied: Trail) -> None:
    random, keys = Random(7), copied.keys
    connection = apsw.Connection(str(copied.file))
    missed: list[str] = []
    acts: set[str] = set()
    for _ in range(TAMPERED):
        connection.execute("BEGIN")
        acts.add(act := tamper_with(connection, random))
        if not verdict_of(b"".join(exported_from(connection, CITY, keys)), keys).findings:
            missed.append(act)
        connection.execute("ROLLBACK")
    assert (missed, len(acts)) == ([], 6)
    assert copied.verdict().findings == []


def edit(rows: list[bytes]) -> None:
    rows[place_of(rows, 50)] = rows[place_of(rows, 50)].replace(b"records.read", b"records.seen")


def edit_link(rows: list[bytes]) -> None:
    place = place_of(rows, 50)
    rows[place] = rows[place][:5] + b"00" * 32 + rows[place][69:]


def delete(rows: list[bytes]) -> None:
    place = place_of(rows, 50)
    del rows[place : place + 3]


def insert(rows: list[bytes]) -> None:
    place = place_of(rows, 50)
    rows.insert(place, rows[place].replace(b'"system"', b'"account:eve"'))


def repeat(rows: list[bytes]) -> None:
    rows.insert(place_of(rows, 60), rows[place_of(rows, 50)])


def swap(rows: list[bytes]) -> None:
    one, other = place_of(rows, 50), place_of(rows, 51)
    rows[one], rows[other] = rows[other], rows[one]


def cut(rows: list[bytes]) -> None:
    del rows[place_of(rows, 101) :]


def scribble(rows: list[bytes]) -> None:
    rows[place_of(rows, 50)] = b"something else\n"


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (edit, [("edited", 50, 50)]),
        (edit_link, [("edited", 50, 50)]),
        (delete, [("deleted", 50, 52)]),
        (insert, [("edited", 50, 50), ("inserted", 50, 50)]),
        (repeat, [("inserted", 50, 50)]),
        (swap, [("re-ordered", 50, 50)]),
        (cut, [("truncated", 101, 120), ("truncated", 100, 100)]),
        (scribble, [("deleted", 50, 50), ("unreadable", 0, 0)]),
    ],
)
def test_it_says_what_was_done_and_to_which_line(
    trail: Trail, rows: list[bytes], act: Callable[[list[bytes]], None], said: list[tuple[str, int, int]]
) -> None:
    changed = list(rows)
    act(changed)
    found = verdict_of(b"".join(changed), trail.keys).findings
    assert [(each.kind, each.first, each.last) for each in found] == said
    assert all(each.said for each in found)


def test_an_edited_line_is_named_with_who_did_what(trail: Trail, rows: list[bytes]) -> None:
    changed = list(rows)
    edit(changed)
    (finding,) = verdict_of(b"".join(changed), trail.keys).findings
    assert finding.said == "line 50 (audit of wells/who, by system) was edited: it does not fit its link"


def test_a_line_that_goes_while_the_others_move_up_is_missed(trail: Trail, rows: list[bytes]) -> None:
    changed: list[bytes] = []
    for row in rows:
        head, bracket, tail = row.partition(b"[")
        number = int(tail.partition(b",")[0]) if bracket else 0
        if number > 50:
            row = b"%s[%d%s" % (head, number - 1, tail[tail.index(b",") :])
        if number != 50:
            changed.append(row)
    changed[-1] = b"end 119\n"
    found = verdict_of(b"".join(changed), trail.keys).findings
    assert ("deleted", 51) in [(each.kind, each.first) for each in found]


def test_new_links_contradict_the_checkpoints(trail: Trail, rows: list[bytes]) -> None:
    place = place_of(rows, 20)
    changed = rehashed(rows, place, rows[place][70:].rstrip(b"\n").replace(b"urn:WasteBank", b"urn:WasteBanks"))
    (finding,) = verdict_of(b"".join(changed), trail.keys).findings
    assert (finding.kind, finding.first, finding.last) == ("re-hashed", 1, 44)


def resigned(trail: Trail, rows: list[bytes]) -> list[bytes]:
    """Checkpoints signed anew over what stands, with the machine's own key."""
    signing = trail.ring.signing
    done: list[bytes] = []
    for row in rows:
        if row.startswith(b"checkpoint "):
            old = read_checkpoint(row.decode().strip())
            link = bytes.fromhex(rows[place_of(rows, old.position)][5:69].decode())
            row = signing.checkpoint(CITY, old.position, link, trail.now()).text().encode() + b"\n"
        done.append(row)
    return done


def test_who_holds_the_key_of_the_machine_contradicts_what_was_kept_outside(trail: Trail, rows: list[bytes]) -> None:
    place = place_of(rows, 20)
    changed = rehashed(rows, place, rows[place][70:].rstrip(b"\n").replace(b"urn:WasteBank", b"urn:WasteBanks"))
    text = b"".join(resigned(trail, changed))
    assert verdict_of(text, trail.keys).findings == []
    (finding,) = verdict_of(text, trail.keys, trail.outside[:1]).findings
    assert finding.kind == "re-hashed"
    assert "kept outside" in finding.said


def test_the_last_lines_with_their_checkpoint_are_missed_outside_only(trail: Trail, rows: list[bytes]) -> None:
    last = next(row for row in reversed(rows) if row.startswith(b"checkpoint "))
    changed = [row for row in rows if row != last]
    del changed[place_of(changed, 101) :]
    text = b"".join([*changed, b"end 100\n"])
    assert verdict_of(text, trail.keys).findings == []
    assert kinds(verdict_of(text, trail.keys, trail.outside)) == ["truncated"]


def test_a_forged_checkpoint_is_called_so(trail: Trail, rows: list[bytes], tmp_path: Path) -> None:
    stranger = KeyRing(tmp_path / "keys", trail.now).signing
    own = next(row for row in rows if row.startswith(b"checkpoint "))
    old = read_checkpoint(own.decode().strip())
    foreign = stranger.checkpoint(CITY, old.position, bytes.fromhex(old.link), trail.now()).text().encode() + b"\n"
    shifted = own.replace(b" %d " % old.position, b" %d " % (old.position + 1))
    for forged in (foreign, shifted):
        changed = [forged if row == own else row for row in rows]
        (finding,) = verdict_of(b"".join(changed), trail.keys).findings
        assert finding.kind == "forged"


def test_a_trail_without_checkpoints_confirms_nothing(trail: Trail, rows: list[bytes]) -> None:
    text = b"".join(row for row in rows if not row.startswith(b"checkpoint "))
    assert kinds(verdict_of(text, trail.keys)) == ["unsigned"]
    assert kinds(verdict_of(b"".join(rows))) == []
    assert "compare them" in verdict_of(b"".join(rows)).notes[0]


def test_the_trail_of_one_tenant_is_not_that_of_another(trail: Trail, rows: list[bytes]) -> None:
    text = b"".join(rows)
    for word in (b"trail 1", b"checkpoint"):
        text = text.replace(word + b" makassar", word + b" gowa")
    assert set(kinds(verdict_of(text, trail.keys))) == {"forged", "truncated"}


def test_what_comes_after_the_last_checkpoint_is_said(copied: Trail) -> None:
    async def more() -> None:
        async with copied.open() as store:
            await store.apply(CITY, [AuditEntry("late", "x")], SYSTEM)

    asyncio.run(more())
    verdict = copied.verdict()
    assert verdict.findings == []
    assert verdict.notes == ["lines 121 to 121 came after the last checkpoint"]


# retention, erasure, keys


def trimmed(trail: Trail) -> None:
    """The older half goes by retention, and the city goes on."""

    async def trim() -> None:
        async with trail.open() as store:
            middle = (await store.log(CITY, 60, 1)).entries[0].time
            assert (await store.retain(CITY, 0, middle))[1] == 60
            await store.apply(CITY, [put("urn:b:9", "urn:WasteBank", 1)], ANI)
            await store.seal(CITY)

    asyncio.run(trim())


def test_after_retention_the_rest_is_still_proved(copied: Trail) -> None:
    trimmed(copied)
    verdict = copied.verdict()
    assert (verdict.findings, verdict.begin, verdict.lines, verdict.sealed) == ([], 60, 62, 122)
    assert verdict_of(copied.text(), copied.keys, copied.outside).findings == []


def test_who_takes_more_than_retention_did_is_found(copied: Trail) -> None:
    trimmed(copied)
    connection = apsw.Connection(str(copied.file))
    connection.execute("DELETE FROM log WHERE position <= 84; UPDATE fact SET value = 84 WHERE name = 'trimmed'")
    (finding,) = copied.verdict().findings
    assert (finding.kind, finding.first, finding.last) == ("deleted", 61, 84)
    connection.execute("UPDATE fact SET value = 86 WHERE name = 'trimmed'; DELETE FROM log WHERE position <= 86")
    assert "truncated" in kinds(copied.verdict())


def test_a_new_key_goes_on_where_the_one_before_it_vouches(copied: Trail) -> None:
    first = copied.ring.signing

    async def go_on() -> None:
        async with copied.open() as store:
            copied.ring.renew()
            await store.apply(CITY, [AuditEntry("late", "x")], SYSTEM)
            await store.seal(CITY)

    asyncio.run(go_on())
    assert [key.signer for key in copied.keys] == ["-", first.key.id]
    assert verdict_of(copied.text(), [first.key]).findings == []
    public = copied.keys[1]
    unvouched = Key(public.id, public.public, public.since, first.key.id, "00" * 64)
    text = copied.text().replace(public.text().encode(), unvouched.text().encode())
    assert kinds(verdict_of(text, [first.key])) == ["forged"]


def test_the_secret_is_its_owners_alone_and_comes_back_after_a_restart(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "data.keys", lambda: 0)
    made = ring.signing
    assert (ring.folder / SECRET).stat().st_mode & 0o777 == 0o600
    assert KeyRing(ring.folder, lambda: 0).signing == made
    assert made.key.id == key_id(bytes.fromhex(made.key.public))
    assert made.secret.hex() not in (ring.folder / PUBLIC).read_text()


def test_without_a_folder_for_keys_the_city_goes_on_unsigned(tmp_path: Path) -> None:
    (tmp_path / "data.keys").write_text("a file where the folder should be")
    trail = Trail(tmp_path)

    async def live() -> None:
        async with trail.open() as store:
            await store.apply(CITY, [AuditEntry("begun", "x")], SYSTEM)
            seal = await store.seal(CITY)
            assert seal is not None
            assert (seal.key, seal.signature, await store.seals(CITY)) == ("", b"", [])

    asyncio.run(live())
    assert kinds(verdict_of(b"".join(_unsigned(trail)))) == ["unsigned"]


def _unsigned(trail: Trail) -> list[bytes]:
    return list(exported_from(apsw.Connection(str(trail.file)), CITY, ()))


def test_a_replay_keeps_no_chain(tmp_path: Path) -> None:
    trail = Trail(tmp_path)

    async def live() -> None:
        async with trail.open() as store:
            store.keep_time("replay-x", lambda: 5)
            await store.apply("replay-x", [put("urn:b:1", "urn:WasteBank", 1)], SYSTEM)
            assert (await store.seal("replay-x"), await store.chain_begin("replay-x")) == (None, None)
            assert await store.chain("replay-x", 0, 10) == ()

    asyncio.run(live())


def test_each_line_that_a_store_reads_has_the_link_that_its_text_makes(copied: Trail) -> None:
    async def read() -> None:
        async with copied.open() as store:
            begin = await store.chain_begin(CITY)
            assert begin == (0, first_link(CITY))
            lines = await store.chain(CITY, 118, 10)
            assert [line.position for line in lines] == [119, 120]
            (seal,) = await store.seals(CITY, 119)
            assert seal.link == lines[-1].link
            assert await store.seal(CITY) == seal
            assert checkpoint_of(CITY, seal) == [each for each in copied.outside if each.tenant == CITY][-1]

    asyncio.run(read())


# alone, with nothing but Python


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("packed") / "verifier.pyz"
    verifier(file)
    return file


def alone(packed: Path, *words: object) -> tuple[int, str]:
    """Run it isolated: no packages of this environment, no variables."""
    command = [sys.executable, "-I", "-S", str(packed), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={})
    return done.returncode, done.stdout + done.stderr


def test_the_verifier_runs_alone(packed: Path, trail: Trail, rows: list[bytes], tmp_path: Path) -> None:
    clean, wrong = tmp_path / "clean.trail", tmp_path / "wrong.trail"
    clean.write_bytes(b"".join(rows))
    changed = list(rows)
    edit(changed)
    wrong.write_bytes(b"".join(changed))
    keys = ("--key", trail.ring.folder / PUBLIC, "--checkpoints", trail.ring.folder / COPIES)
    note = "_people: note: there are checkpoints of this trail, and it is not among those that were checked\n"
    assert alone(packed, clean, *keys) == (0, f"makassar: unchanged: lines 1 to 120, confirmed up to 120\n{note}")
    code, said = alone(packed, wrong, *keys)
    assert (code, "makassar: edited: line 50 (audit of wells/who, by system) was edited" in said) == (1, True)


@pytest.mark.parametrize("content", [b"", b"nothing\n", b"\xff\xfe\x00", b"checkpoint makassar 1\n"])
def test_what_is_no_export_is_said_to_be_none(packed: Path, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.trail"
    file.write_bytes(content)
    code, said = alone(packed, file)
    assert (code, "is not an exported trail" in said) == (2, True)
    assert "Traceback" not in said


def test_a_checkpoint_is_found_in_a_mail(trail: Trail, tmp_path: Path, packed: Path, rows: list[bytes]) -> None:
    outside: Checkpoint = next(each for each in trail.outside if each.tenant == CITY)
    mail, export = tmp_path / "mail.txt", tmp_path / "x.trail"
    mail.write_text(f"Dear auditor,\n\n  {outside.text()}\n\nYours\n")
    export.write_bytes(b"".join(rows))
    assert alone(packed, export, "--checkpoints", mail, "--key", trail.ring.folder / PUBLIC)[0] == 0
