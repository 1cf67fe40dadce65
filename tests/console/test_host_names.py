"""A page that lets a foreign name point at this server must not be answered, wherever the server listens."""

from pathlib import Path

import pytest

from pinisi.console.our_names import OurNames
from pinisi.settings import Settings


@pytest.mark.parametrize(
    ("listening", "asked", "ours"),
    [
        ("127.0.0.1", b"127.0.0.1:9090", True),
        ("127.0.0.1", b"localhost:9090", True),
        ("127.0.0.1", b"192.168.1.4:9090", False),
        ("127.0.0.1", b"evil.example", False),
        ("0.0.0.0", b"192.168.1.4:9090", True),
        ("0.0.0.0", b"[2001:db8::1]:9090", True),
        ("0.0.0.0", b"warroom.makassar.go.id", True),
        ("0.0.0.0", b"evil.example:9090", False),
        ("0.0.0.0", b"", False),
    ],
)
def test_a_host_name_is_ours_or_is_refused(tmp_path: Path, listening: str, asked: bytes, ours: bool) -> None:
    settings = Settings(host=listening, data=tmp_path, allowed_hosts=("warroom.makassar.go.id",))
    assert OurNames(settings).is_host(asked) is ours


def test_without_a_list_no_foreign_name_is_ours_either(tmp_path: Path) -> None:
    assert not OurNames(Settings(host="0.0.0.0", data=tmp_path)).is_host(b"evil.example")
