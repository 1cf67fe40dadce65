"""Settings: what wins, and how a mistake is told."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.console.errands import address_of
from pinisi.settings import FIELDS, Settings, SettingsError, load_settings

ROOT = Path(__file__).parents[2]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_without_anything_the_defaults_hold() -> None:
    assert load_settings(environment={"PATH": "/bin"}) == Settings()


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(tmp_path: Path) -> None:
    file = write(tmp_path / "house.toml", "port = 1000\nhost = '127.0.0.2'\nlog_days = 7\n")
    settings = load_settings(
        file=file, environment={"PINISI_PORT": "2000", "PINISI_HOST": "127.0.0.3"}, given={"port": 3000, "host": None}
    )
    assert (settings.port, settings.host, settings.log_days) == (3000, "127.0.0.3", 7)


def test_the_file_in_the_data_folder_is_read_without_being_named(tmp_path: Path) -> None:
    write(tmp_path / "pinisi.toml", "cache_mb = 5")
    assert load_settings(given={"data": tmp_path}, environment={}).cache_mb == 5
    assert load_settings(environment={"PINISI_DATA": str(tmp_path)}).cache_mb == 5


def test_a_named_file_may_say_where_the_data_is_relative_to_itself(tmp_path: Path) -> None:
    file = write(tmp_path / "etc" / "house.toml", "data = '../kept'")
    assert load_settings(environment={"PINISI_SETTINGS": str(file)}).data == tmp_path / "etc" / ".." / "kept"


def test_a_file_inside_the_data_folder_cannot_move_it(tmp_path: Path) -> None:
    write(tmp_path / "pinisi.toml", "data = '/elsewhere'")
    with pytest.raises(SettingsError, match=r"pinisi\.toml: data: .*cannot name another"):
        load_settings(given={"data": tmp_path}, environment={})


def test_lists_come_from_the_environment_with_commas() -> None:
    settings = load_settings(environment={"PINISI_ALLOWED_HOSTS": "warroom.makassar.go.id, wr.local ,"})
    assert settings.allowed_hosts == ("warroom.makassar.go.id", "wr.local")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("port = 70000", "port: 70000 does not fit"),
        ("port = 'ninety'", "port: 'ninety' does not fit"),
        ("port = true", "port: True does not fit"),
        ("log_level = 'loud'", "log_level: 'loud' does not fit"),
        ("prot = 9090", "prot: there is no such setting"),
        ("port = ", "is not TOML"),
    ],
)
def test_a_mistake_in_the_file_names_file_key_and_reason(tmp_path: Path, text: str, reason: str) -> None:
    file = write(tmp_path / "house.toml", text)
    with pytest.raises(SettingsError) as caught:
        load_settings(file=file, environment={})
    assert str(file) in str(caught.value)
    assert reason in str(caught.value)


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "house.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not UTF-8"):
        load_settings(file=file, environment={})


def test_a_named_file_that_is_missing_is_an_error_and_a_folder_too(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(SettingsError, match="cannot be read"):
            load_settings(file=path, environment={})


def test_a_mistake_in_the_environment_names_the_variable() -> None:
    with pytest.raises(SettingsError, match=r"environment variable PINISI_PORT: port: 'x' does not fit"):
        load_settings(environment={"PINISI_PORT": "x"})
    with pytest.raises(SettingsError, match=r"PINISI_PROT: prot: there is no such setting"):
        load_settings(environment={"PINISI_PROT": "1"})


def test_a_server_for_others_notifies_nobody_unless_told_whom() -> None:
    assert load_settings(environment={}).notification_targets == ("loopback",)
    assert load_settings(environment={"PINISI_HOST": "0.0.0.0"}).notification_targets == ()
    told = load_settings(environment={"PINISI_HOST": "0.0.0.0", "PINISI_NOTIFICATION_TARGETS": "loopback,*.go.id"})
    assert told.notification_targets == ("loopback", "*.go.id")
    assert told.context_sources == ()


def test_a_server_for_others_fetches_no_context_unless_told_from_whom() -> None:
    assert load_settings(environment={}).context_sources == ("loopback",)
    assert load_settings(environment={"PINISI_HOST": "0.0.0.0"}).context_sources == ()
    told = load_settings(environment={"PINISI_HOST": "0.0.0.0", "PINISI_CONTEXT_SOURCES": "smartdatamodels.org"})
    assert told.context_sources == ("smartdatamodels.org",)


def test_variables_of_the_workshop_are_no_settings() -> None:
    assert load_settings(environment={"PINISI_SHARED": "/x", "PINISI_TOKEN": "y"}) == Settings()


def test_what_the_tests_are_told_stops_no_server() -> None:
    """Servers of tests inherit these variables: by a name as `PINISI_EXAMPLES` they would refuse to start."""
    workshop = [*ROOT.glob("tests/**/*.py"), *ROOT.glob("scripts/*.sh")]
    read = re.compile(r"""(?:environ\.get\(|environ\[)["'](PINISI_\w+)|export (PINISI_\w+)""")
    told = {name or exported for path in workshop for name, exported in read.findall(path.read_text())}
    assert {"PINISI_SHARED"} <= told
    load_settings(environment=dict.fromkeys(told, "1"))


def test_every_field_stands_in_the_table_of_the_docstring() -> None:
    missing = [field for field in FIELDS if f"| `{field}` |" not in (Settings.__doc__ or "")]
    assert missing == []


@given(st.integers())
def test_a_port_is_taken_exactly_when_it_is_one(port: int) -> None:
    if 0 <= port <= 65535:
        assert load_settings(environment={"PINISI_PORT": str(port)}).port == port
    else:
        with pytest.raises(SettingsError):
            load_settings(environment={"PINISI_PORT": str(port)})


@pytest.mark.parametrize("place", ["", "10.0.0.5", "node-1.pinisi.internal:9090", "[fd00::5]", "[fd00::5]:80"])
def test_processes_may_be_told_where_this_one_is(place: str) -> None:
    assert load_settings(given={"advertised_address": place}, environment={}).advertised_address == place


@pytest.mark.parametrize("place", ["http://a", "a b", "a:port", "a/b", "::1"])
def test_what_is_no_place_of_a_process_is_refused(place: str) -> None:
    with pytest.raises(SettingsError, match="advertised_address"):
        load_settings(given={"advertised_address": place}, environment={})


@pytest.mark.parametrize(
    ("host", "advertised", "address"),
    [
        ("10.0.0.1", "", "http://10.0.0.1:9090"),
        ("fd00::1", "", "http://[fd00::1]:9090"),
        ("0.0.0.0", "10.0.0.5", "http://10.0.0.5:9090"),
        ("0.0.0.0", "node1:80", "http://node1:80"),
        ("::", "[fd00::5]", "http://[fd00::5]:9090"),
        ("::", "[fd00::5]:80", "http://[fd00::5]:80"),
    ],
)
def test_a_process_is_reached_where_it_says(host: str, advertised: str, address: str) -> None:
    assert address_of(host, 9090, advertised) == address
