"""`pinisi audit`: check the trail, take it out, sign it, pack the verifier. Files are read beside a running server."""

import asyncio
import sys
import time
import zipapp
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

import apsw
import msgspec

from pinisi.commands.failure import CommandFailed
from pinisi.people import proof
from pinisi.people.proof.__main__ import NOT_READ, WRONG, check_all, check_file, read_checkpoints, read_keys
from pinisi.people.proof.exported import Trail, read_trails
from pinisi.people.proof.statements import Checkpoint, Key, Unreadable
from pinisi.people.sealing import COPIES, KeyRing, NoKey
from pinisi.people.trail_export import exported, exported_file, keeps_chain
from pinisi.runtime.occupancy import Occupied, occupy
from pinisi.runtime.recording import REPLAY
from pinisi.settings import Settings
from pinisi.store.change import StoreUnavailable
from pinisi.store.faults import unavailable
from pinisi.store.opening import open_store
from pinisi.vocabulary.instant import Instant

TENANTS = "tenants"
_BEGIN = "import sys\n\nfrom proof.__main__ import main\n\nsys.exit(main())\n"


class Judge(msgspec.Struct, frozen=True):
    """Files that the reader brings: checkpoints that were kept elsewhere, keys that he trusts."""

    checkpoints: Path | None = None
    key: Path | None = None


def verify(settings: Settings, place: Path | None, judge: Judge) -> int:
    """Check a data folder or an export; 1 when something is wrong, 2 when it cannot be read."""
    try:
        if place is None and settings.store:
            return _verify_store(settings, judge)
        place = place or settings.data
        if place.is_dir():
            return _verify_folder(place, _keys_of(settings, place), judge)
        keys = read_keys(judge.key) if judge.key else []
        return check_file(place, keys, read_checkpoints(judge.checkpoints) if judge.checkpoints else [])
    except (Unreadable, OSError, apsw.Error, StoreUnavailable) as error:
        said = f"{place}: {unavailable(error)}" if isinstance(error, apsw.Error) else error
        print(f"pinisi: {said}", file=sys.stderr)
        return NOT_READ


def _keys_of(settings: Settings, data: Path) -> KeyRing:
    same = data.absolute() == settings.data.absolute()
    return KeyRing(settings.key_folder if same else data.absolute().with_name(data.absolute().name + ".keys"), _now)


def _verify_folder(data: Path, ring: KeyRing, judge: Judge) -> int:
    keys = read_keys(judge.key) if judge.key else _known(ring)
    copies = ring.folder / COPIES
    outside = read_checkpoints(judge.checkpoints) if judge.checkpoints else []
    outside += read_checkpoints(copies) if copies.exists() else []
    files = tenant_files(data)
    if not files:
        raise Unreadable(f"{data}: holds no databases of Pinisi")
    bare = [path.stem for path in files if not keeps_chain(path)]
    for name in bare:
        print(f"{name}: unsigned: an older Pinisi wrote it last: it has no chain yet")
    judged = check_all(_trails([path for path in files if path.stem not in bare]), keys, _fresh(outside))
    return max(judged, WRONG if bare else 0)


def _verify_store(settings: Settings, judge: Judge) -> int:
    """The trails of a database, as they stand there now; nothing is written."""
    ring = _keys_of(settings, settings.data)
    keys = read_keys(judge.key) if judge.key else _known(ring)
    copies = ring.folder / COPIES
    outside = read_checkpoints(judge.checkpoints) if judge.checkpoints else []
    outside += read_checkpoints(copies) if copies.exists() else []
    with TemporaryFile() as trails:
        if not asyncio.run(_write_trails(settings, (), trails)):
            raise Unreadable("the database holds nothing of Pinisi")
        trails.seek(0)
        return check_all(read_trails(trails), keys, _fresh(outside))


async def _write_trails(settings: Settings, keys: Sequence[Key], sink: IO[bytes]) -> list[str]:
    """Every trail that a store keeps, one after the other; whose they are."""
    async with open_store(settings.store, settings.tenant_folder, _now) as store:
        tenants = [name for name in await store.tenants() if not name.startswith(REPLAY)]
        for name in tenants:
            async for piece in exported(store, name, keys, signing=False):
                sink.write(piece)
    return tenants


def _fresh(outside: list[Checkpoint]) -> list[Checkpoint]:
    """Each only once: a copy of the copies brings nothing new."""
    return list(dict.fromkeys(outside))


def _trails(files: list[Path]) -> Iterator[Trail]:
    for path in files:
        yield from read_trails(row for piece in exported_file(path, ()) for row in piece.splitlines(keepends=True))


def tenant_files(data: Path) -> list[Path]:
    """The databases of a data folder whose trail counts; replays are made anew from the past and keep none."""
    folder = data / TENANTS if (data / TENANTS).is_dir() else data
    return sorted(path for path in folder.glob("*.sqlite") if not path.stem.startswith(REPLAY))


def _known(ring: KeyRing) -> list[Key]:
    try:
        return ring.known()
    except NoKey as error:
        raise CommandFailed(str(error)) from error


def export(settings: Settings, out: Path) -> int:
    """Write every tenant's trail into one file."""
    if settings.store:
        return _export_store(settings, out)
    files = tenant_files(settings.data)
    if not files:
        raise CommandFailed(f"{settings.data}: holds no databases of Pinisi")
    keys = _known(_keys_of(settings, settings.data))
    with out.open("wb") as sink:
        for path in filter(keeps_chain, files):
            sink.writelines(exported_file(path, keys))
    print(f"{out}: the trails of {', '.join(path.stem for path in files)}; check it with: pinisi audit verify {out}")
    return 0


def _export_store(settings: Settings, out: Path) -> int:
    keys = _known(_keys_of(settings, settings.data))
    try:
        with out.open("wb") as sink:
            tenants = asyncio.run(_write_trails(settings, keys, sink))
    except StoreUnavailable as error:
        raise CommandFailed(str(error)) from error
    print(f"{out}: the trails of {', '.join(tenants)}; check it with: pinisi audit verify {out}")
    return 0


def checkpoint(settings: Settings) -> int:
    """Sign what was added, of a stopped Pinisi, and print keys and the newest checkpoints, to be kept outside."""
    ring = _keys_of(settings, settings.data)
    try:
        with occupy(settings.data):
            asyncio.run(_seal(settings, ring))
    except Occupied:
        print("The server runs and signs once an hour; these are its newest.", file=sys.stderr)
    for key in _known(ring):
        print(key.text())
    copies = ring.folder / COPIES
    newest = {each.tenant: each for each in (read_checkpoints(copies) if copies.exists() else [])}
    for each in newest.values():
        print(each.text())
    return 0


async def _seal(settings: Settings, ring: KeyRing) -> None:
    async with open_store(settings.store, settings.tenant_folder, _now) as store:
        store.sealing = ring.seal
        for name in await store.tenants():
            if not name.startswith(REPLAY):
                await store.seal(name)


def verifier(out: Path) -> int:
    """Pack the proof into one file that needs nothing but Python."""
    source = Path(proof.__file__).parent
    with TemporaryDirectory() as folder:
        inside = Path(folder) / "proof"
        inside.mkdir()
        for file in sorted(source.glob("*.py")):
            copy(file, inside / file.name)
        (Path(folder) / "__main__.py").write_text(_BEGIN, encoding="utf-8")
        zipapp.create_archive(folder, out, interpreter="/usr/bin/env python3")
    print(f"{out}: run it with: python {out} EXPORT")
    return 0


def _now() -> Instant:
    return time.time_ns() // 1000
