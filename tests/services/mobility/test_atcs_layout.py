"""How a junction is run, from a file: sound, or refused by file, field and reason."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinisi.city.profile import Profile, load_profile
from pinisi.services.mobility.atcs.control_source import Options, make
from pinisi.services.mobility.atcs.layout import LayoutError, read_layout
from pinisi.services.mobility.junction_file import JunctionFileError

FOLDER = Path(__file__).parent / "atcs"
SOUND = (FOLDER / "crossing.toml").read_text(encoding="utf-8")
JUNCTION = (FOLDER / "crossing_junction.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def makassar() -> Profile:
    return load_profile(Path(__file__).parents[3] / "cities" / "makassar")


def written(folder: Path, text: str, junction: str = JUNCTION, name: str = "crossing.toml") -> Path:
    (folder / "crossing_junction.toml").write_text(junction, encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_a_sound_layout_is_read(tmp_path: Path) -> None:
    plot = read_layout(written(tmp_path, SOUND))
    assert [lane.id for lane in plot.layout.lanes] == ["north-1", "east-1"]
    assert plot.junction.id == "ahmad-yani"


@pytest.mark.parametrize(
    ("was", "now", "reason"),
    [
        ('allows = "groups"', 'allows = "all"', "allows: "),
        ("external = 1", "external = 3", "external: input 3 is also the wish of a group"),
        ("first_wish = 2", "first_wish = 255", "first_wish: 2 groups from input 255 on go beyond input 255"),
        ('group = "east"', 'group = "west"', r"lanes\[1\].movements: there is no group 'west'"),
        ("number = 3, end", "number = 1, end", r"lanes\[0\].zones: detector logic 1 is given twice"),
        ("start = 50, end = 150", "start = 50, end = 250", r"lanes\[0\].zones: 50 to 250 m does not"),
        ('id = "east-1"', 'id = "north-1"', r"lanes\[0\].id: 'north-1' is given twice"),
        ('site = "KK+MKS001="', 'sight = "KK+MKS001="', "sight"),
        ("lat = -5.14", "lat = 91", "lat: "),
        ('"crossing_junction.toml"', '"../elsewhere.toml"', "junction: '../elsewhere.toml' is no file beside this one"),
        ("lon = 119.42", "lon = ", "is no valid TOML"),
        ('allows = "groups"', 'plan = "7"', "plan: '7' is not stored, only 1, 2"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_by_file_field_and_reason(tmp_path: Path, was: str, now: str, reason: str) -> None:
    assert was in SOUND
    with pytest.raises(LayoutError, match=rf"crossing\.toml: .*{reason}"):
        read_layout(written(tmp_path, SOUND.replace(was, now)))


def test_a_plan_that_conflicts_is_told_by_the_line_of_the_junction_file(tmp_path: Path) -> None:
    together = JUNCTION.replace('groups = ["north"]', 'groups = ["north", "east"]')
    with pytest.raises(JunctionFileError, match=r"crossing_junction.toml:\d+: stages\[0\].groups: 'east' and 'north'"):
        read_layout(written(tmp_path, SOUND, together))


def test_a_plan_that_rsmp_cannot_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="junction: plan 'rush': RSMP numbers plans from 1 to 255"):
        read_layout(written(tmp_path, SOUND, JUNCTION.replace('id = "2"\ncycle', 'id = "rush"\ncycle')))


def test_two_junctions_of_one_site_are_refused(tmp_path: Path, makassar: Profile) -> None:
    path = written(tmp_path, SOUND)
    shutil.copy(path, tmp_path / "again.toml")
    with pytest.raises(ValueError, match=r"junctions\[0\]: the site 'KK\+MKS001=' is given 2 times"):
        make(Options(junctions=(str(path), str(tmp_path / "again.toml"))), makassar)
    with pytest.raises(ValueError, match="junctions: there is none"):
        make(Options(junctions=()), makassar)


def test_a_file_that_is_not_there_is_told(makassar: Profile) -> None:
    with pytest.raises(LayoutError, match=r"nowhere\.toml: cannot be read"):
        make(Options(junctions=("signals/nowhere.toml",)), makassar)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(at=st.integers(0, len(SOUND) - 1), length=st.integers(0, 30), noise=st.text(max_size=8))
def test_a_spoilt_layout_is_read_or_refused_and_nothing_else(
    at: int, length: int, noise: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    text = (SOUND[:at] + noise + SOUND[at + length :]).encode("utf-8", "replace").decode("utf-8")
    try:
        plot = read_layout(written(folder, text))
    except (LayoutError, JunctionFileError) as refused:
        assert ": " in str(refused)
    else:
        assert plot.layout.lanes is not None
