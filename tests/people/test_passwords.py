"""Passwords: length counts, riddles do not."""

import anyio
import pytest
from people_at_hand import PASSWORD, quick_passwords

from pinisi.people.errors import BadField, TooSoon
from pinisi.people.passwords import WAITING, check_password


@pytest.mark.parametrize(
    "password",
    [PASSWORD, "perahu pinisi berlayar", "kapal layar 七つの海 jauh", "siti.rahma loves long walks"],
)
def test_a_long_phrase_is_good(password: str) -> None:
    check_password(password, "siti.rahma", "Siti Rahma")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 12"),
        ("", "at least 12"),
        ("x" * 257, "at most 256"),
        ("aaaaaaaaaaaabb", "different characters"),
        ("siti.rahma123", "name of the account"),
        ("Siti Rahma 2026", "name of the account"),
        ("123456789012", "row of keys"),
        ("qwertyuiop12", "row of keys"),
        ("password1234", "row of keys"),
        ("abcdefghijklmnopqrstuvwxyz", "row of keys"),
    ],
)
def test_what_is_guessed_first_is_refused_with_the_reason(password: str, why: str) -> None:
    with pytest.raises(BadField, match=why) as bad:
        check_password(password, "siti.rahma", "Siti Rahma")
    assert bad.value.field == "password"


@pytest.mark.anyio
async def test_a_hash_proves_its_password_and_no_other() -> None:
    passwords = quick_passwords()
    kept = await passwords.hash(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert await passwords.proves(kept, PASSWORD)
    assert not await passwords.proves(kept, PASSWORD + " ")
    assert not await passwords.proves(kept, "")


@pytest.mark.anyio
async def test_the_same_letters_typed_on_another_keyboard_are_the_same_password() -> None:
    passwords = quick_passwords()
    assert await passwords.proves(await passwords.hash("caf\u00e9 au lait noir"), "cafe\u0301 au lait noir")


@pytest.mark.anyio
@pytest.mark.parametrize("kept", [None, "", "no hash"])
async def test_without_a_hash_nothing_is_proved(kept: str | None) -> None:
    assert not await quick_passwords().proves(kept, "nobody signs in with this")


@pytest.mark.anyio
async def test_a_flood_of_attempts_is_sent_away() -> None:
    passwords = quick_passwords()
    turned_away: list[int] = []

    async def attempt() -> None:
        try:
            await passwords.proves(None, PASSWORD)
        except TooSoon as soon:
            turned_away.append(soon.seconds)

    async with anyio.create_task_group() as group:
        for _ in range(WAITING + 3):
            group.start_soon(attempt)
    assert len(turned_away) == 3
