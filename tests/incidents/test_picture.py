"""Photos lose what cameras write into them and keep what they show. The pictures were drawn by Chromium."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.incidents.agencies.picture import MOST_BYTES, NotAPicture, stripped

EXAMPLES = Path(__file__).parent / "picture_examples"
DRAWN, PNG = (EXAMPLES / "drawn.jpg").read_bytes(), (EXAMPLES / "drawn.png").read_bytes()
PROFILE = slice(20, 20 + 474)
JPEG = DRAWN[: PROFILE.start] + DRAWN[PROFILE.stop :]
"""Without the colour profile that the browser wrote behind the JFIF header."""
SECRET = b"GPS -5.1343 119.4128 Budi"


def segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def test_a_picture_without_anything_beside_it_stays_as_it_is() -> None:
    assert DRAWN[PROFILE][4:15] == b"ICC_PROFILE"
    assert stripped(DRAWN) == stripped(JPEG) == ("image/jpeg", JPEG)
    assert stripped(PNG) == ("image/png", PNG)


@pytest.mark.parametrize(
    "written",
    [
        segment(0xE1, b"Exif\0\0" + SECRET),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
        segment(0xED, b"Photoshop 3.0\0" + SECRET),
        segment(0xFE, SECRET),
        segment(0xE0, b"JFXX\0" + SECRET),
        b"\xff" + segment(0xE2, b"ICC_PROFILE\0" + SECRET),
    ],
    ids=["exif", "xmp", "iptc", "comment", "thumbnail", "profile after a fill byte"],
)
def test_what_a_camera_wrote_is_gone_and_the_picture_is_the_same(written: bytes) -> None:
    assert stripped(JPEG[:2] + written + JPEG[2:]) == ("image/jpeg", JPEG)


def test_what_follows_the_end_of_a_picture_is_not_kept() -> None:
    assert stripped(JPEG + SECRET)[1] == JPEG
    assert stripped(PNG + SECRET)[1] == PNG


def test_a_thumbnail_in_the_first_header_is_cut_away() -> None:
    head = b"JFIF\0\x01\x01\0\0\x01\0\x01" + b"\x03\x03" + SECRET + b"\0" * 2
    rest = JPEG[4 + struct.unpack_from(">H", JPEG, 4)[0] :]
    kept = stripped(JPEG[:2] + segment(0xE0, head) + rest)[1]
    assert SECRET not in kept
    assert kept[2:20] == segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")


@pytest.mark.parametrize("whole", [JPEG, PNG], ids=["jpeg", "png"])
def test_a_picture_that_ends_too_early_is_refused_wherever_it_is_cut(whole: bytes) -> None:
    for end in range(len(whole) - 1):
        with pytest.raises(NotAPicture):
            stripped(whole[:end])


def test_one_that_is_too_large_is_refused() -> None:
    with pytest.raises(NotAPicture, match="larger"):
        stripped(JPEG + b"\0" * MOST_BYTES)


@given(st.sampled_from([JPEG, PNG]), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8))
def test_whatever_bytes_come_it_is_a_picture_or_a_plain_refusal(whole: bytes, edits: list[tuple[int, int]]) -> None:
    damaged = bytearray(whole)
    for place, value in edits:
        damaged[place % len(damaged)] = value
    try:
        media, kept = stripped(bytes(damaged))
    except NotAPicture:
        return
    assert stripped(kept) == (media, kept)
