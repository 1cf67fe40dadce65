"""`pinisi doctor`, `pinisi backup`, `pinisi restore`: looking after what is kept."""

import os
from pathlib import Path

from pinisi.commands.failure import CommandFailed
from pinisi.runtime import occupancy
from pinisi.runtime.archive import BackupError, Manifest
from pinisi.settings import Settings, SettingsError, load_settings
from pinisi.store.opening import without_password
from pinisi.vocabulary.instant import Instant

CHUNK = 1 << 20
LONGEST_PAUSE_S = 600


def doctor(given: dict[str, object], file: Path | None, now: Instant) -> int:
    """Print what was found; 1 when something is bad."""
    from pinisi.runtime.doctor import Finding, examine, table

    try:
        settings = load_settings(given=given, file=file)
    except SettingsError as error:
        print(table([Finding("settings", "bad", str(error), "see docs/reference/settings.md")]))
        return 1
    findings = [Finding("settings", "ok", "the settings are valid"), *examine(settings, now)]
    print(table(findings))
    return int(any(finding.state == "bad" for finding in findings))


def backup(settings: Settings, out: Path, now: Instant) -> int:
    """Write one file: through the server while it runs, from the files when it does not."""
    from pinisi.runtime.backup import backup_stopped

    if settings.store:
        raise CommandFailed(by_its_own_means(settings.store, f"pg_dump --format=custom --file={out}"))

    occupant = occupancy.occupant(settings.data)
    if occupant is None:
        manifest = backup_stopped(settings.data, out, now)
    else:
        manifest = backup_running(occupant, out, os.environ.get("PINISI_TOKEN", ""))
    megabytes = sum(kept.size for kept in manifest.files) / 1e6
    print(f"{out}: {len(manifest.files)} files, {megabytes:.1f} MB before packing, made {manifest.made}, checked")
    return 0


def backup_running(occupant: occupancy.Occupant, out: Path, token: str) -> Manifest:
    """Have the server stream a backup, and check it before it takes its name.

    Raises:
        CommandFailed: the server refuses.
        BackupError: what came is not whole.
    """
    from urllib.error import HTTPError
    from urllib.request import ProxyHandler, Request, build_opener

    from pinisi.runtime.backup import verify_backup

    if not occupant.url:
        raise CommandFailed(f"process {occupant.pid} holds the data folder but serves nothing; wait until it is done")
    request = Request(f"{occupant.url}/pinisi/v1/backup", method="POST")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    part = out.with_name(out.name + ".part")
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=LONGEST_PAUSE_S) as answer, part.open("wb") as sink:
            while chunk := answer.read(CHUNK):
                sink.write(chunk)
            sink.flush()
            os.fsync(sink.fileno())
        manifest = verify_backup(part)
        part.replace(out)
        return manifest
    except HTTPError as error:
        raise CommandFailed(refusal(error.code)) from error
    except OSError as error:
        raise BackupError(f"the backup could not be taken from the server at {occupant.url}: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def refusal(status: int) -> str:
    """Why a server would not give a backup, by HTTP status."""
    if status in (401, 403):
        return (
            "the server asks who you are: set PINISI_TOKEN to a token with the permission house.manage "
            "(pinisi token add), or stop the server"
        )
    return f"the server refused to make a backup (HTTP {status}); look at its output"


def by_its_own_means(store: str, command: str) -> str:
    """What to use where the data lie in a database."""
    return (
        f"entities and history are kept in PostgreSQL, which is backed up by its own means: {command} "
        f"'{without_password(store)}' for one file, pg_basebackup and an archive of the write-ahead log for any "
        "moment (docs/reference/postgresql.md); copy the keys and the data folder beside it"
    )


def set_aside_checkpoints(keys: Path) -> None:
    """Copies of checkpoints may have seen what the backup has not: kept, and no longer held against the trail."""
    copies = keys / "checkpoints.txt"
    number = 1
    while (aside := copies.with_name(f"checkpoints.before-restore-{number}.txt")).exists():
        number += 1
    if copies.exists():
        copies.rename(aside)


def restore(settings: Settings, file: Path, *, replace: bool) -> int:
    """Put a backup in place of the data folder."""
    from pinisi.runtime.backup import restore_data_folder

    if settings.store:
        raise CommandFailed(by_its_own_means(settings.store, f"pg_restore --dbname=NEW {file}, from"))

    manifest, former = restore_data_folder(file, settings.data, replace=replace)
    print(f"{settings.data}: as it was {manifest.made} ({len(manifest.files)} files, all sums checked)")
    set_aside_checkpoints(settings.key_folder)
    if former is not None:
        print(f"{former}: what was there before; delete it when you no longer need it")
    return 0
