"""Commands of an operator whose data lie in PostgreSQL: each works, or says what to use instead."""

import asyncio
import io
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest
from written_at_hand import TENANT, add_one, clock, count, made

from pinisi.commands.audit import Judge, checkpoint, export, verify
from pinisi.commands.failure import CommandFailed
from pinisi.commands.keeping import backup, restore
from pinisi.commands.people import add_account, add_token, list_accounts
from pinisi.people.sealing import KeyRing
from pinisi.runtime.doctor import examine
from pinisi.settings import Settings
from pinisi.store.postgres import PostgresStore
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM
from postgres_server import Server, binaries

_connect: Any = cast(Any, asyncpg).connect


@pytest.fixture
def settings(address: str, tmp_path: Path) -> Settings:
    """Of a city in whose database something was written and signed."""
    settings = Settings(data=tmp_path / "data", store=address)
    settings.data.mkdir()
    ring = KeyRing(settings.key_folder, clock)
    assert ring.signing

    async def write() -> None:
        async with PostgresStore(address, clock) as store:
            store.sealing = ring.seal
            await store.apply(TENANT, [made("urn:a"), made("urn:b")], SYSTEM)
            for _ in range(5):
                await add_one(store, "urn:a")
            await store.seal(TENANT)

    asyncio.run(write())
    return settings


@pytest.mark.parametrize("act", ["backup", "restore"])
def test_backups_are_the_database_s_own_and_the_command_says_how(act: str, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", store="postgresql://pinisi:secret@db.city.example/pinisi")
    with pytest.raises(CommandFailed) as failed:
        if act == "backup":
            backup(settings, tmp_path / "a.backup", clock())
        else:
            restore(settings, tmp_path / "a.backup", replace=True)
    told = str(failed.value)
    assert ("pg_dump --format=custom" if act == "backup" else "pg_restore --dbname=") in told
    assert "pg_basebackup" in told
    assert "secret" not in told
    assert "db.city.example" in told
    assert not (tmp_path / "a.backup").exists()


def test_a_dump_can_be_restored_and_its_trail_holds(server: Server, settings: Settings, tmp_path: Path) -> None:
    """As the documentation says it."""
    file = tmp_path / "city.dump"
    _run("pg_dump", "--format=custom", f"--file={file}", settings.store)
    again = server.make(f"again_{tmp_path.name}")
    _run("pg_restore", "--exit-on-error", f"--dbname={again}", str(file))
    restored = Settings(data=settings.data, store=again)

    async def read_and_write() -> tuple[object, object, int]:
        async with PostgresStore(again, clock) as store:
            was = await count(store, "urn:a")
            position = await add_one(store, "urn:a")
            return was, await count(store, "urn:a"), position

    assert asyncio.run(read_and_write()) == (5, 6, 8)
    assert verify(restored, None, Judge()) == 0


def _run(program: str, *words: str) -> None:
    done = subprocess.run([binaries() / program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_trail_is_verified_taken_out_and_signed(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(settings, None, Judge()) == 0
    out = tmp_path / "trail"
    assert export(settings, out) == 0
    assert verify(settings, out, Judge()) == 0
    assert checkpoint(settings) == 0
    assert f"checkpoint {TENANT} 7 " in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong",
    ["UPDATE log SET subject = 'urn:c' WHERE position = 3", "DELETE FROM log WHERE position = 7", "DELETE FROM log"],
)
def test_who_changes_the_log_in_the_database_is_found(settings: Settings, wrong: str) -> None:
    async def change() -> None:
        connection = await _connect(settings.store)
        await connection.execute(f'SET search_path TO "tenant {TENANT}"; {wrong}')
        await connection.close()

    asyncio.run(change())
    assert verify(settings, None, Judge()) == 1


def test_a_database_that_is_away_is_no_verdict(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    away = Settings(data=settings.data, store=settings.store.replace("host=/", "host=/nowhere/"))
    assert verify(away, None, Judge()) == 2
    assert "PostgreSQL cannot be reached now" in capsys.readouterr().err


def test_accounts_are_made_in_the_database(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a password that is long\n"))
    assert add_account(settings, "ani", "Ani", "administrator", [], password=True) == 0
    assert add_account(settings, "backup", None, "technician", [], password=False) == 0
    assert add_token(settings, "backup", "nightly", ["house.manage"], 30) == 0
    assert list_accounts(settings) == 0
    assert "backup\tbackup\ttechnician\tactive" in capsys.readouterr().out


def test_doctor_looks_at_the_database(settings: Settings) -> None:
    def found(settings: Settings) -> tuple[str, str]:
        (database,) = [finding for finding in examine(settings, clock()) if finding.name == "database"]
        return database.state, database.words + database.remedy

    assert found(settings) == ("ok", "PostgreSQL can be used; 1 tenants")
    away = Settings(data=settings.data, store=settings.store.replace("pinisi@/", "pinisi:secret@/nowhere_"))
    state, words = found(away)
    assert state == "bad"
    assert "no such database" in words
    assert "secret" not in words


def test_what_is_retained_erased_and_wiped(address: str) -> None:
    """History goes by its age, a person's values on request, a tenant with its schema."""

    async def act() -> None:
        async with PostgresStore(address, clock) as store, PostgresStore(address, clock) as other:
            await store.apply(TENANT, [made("urn:a")], SYSTEM)
            for _ in range(20):
                await add_one(store, "urn:a")
            assert await store.retain(TENANT, clock() + 1, 0) == (20, 0)
            assert await count(other, "urn:a") == 20
            await store.wipe(TENANT)
            await store.erase(TENANT)
            assert await store.tenants() == []
            assert await store.entity(TENANT, "urn:a", EVERYTHING) is None
            await store.apply(TENANT, [made("urn:a", 7)], SYSTEM)
            assert await count(store, "urn:a") == 7

    asyncio.run(act())
