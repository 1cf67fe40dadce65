"""The settings of one Pinisi: one TOML file, environment variables `PINISI_*`, one frozen value.

What is given later wins: default, settings file, environment, command line. The file is `pinisi.toml` in the data
folder, or the one that `--settings` or `PINISI_SETTINGS` names. Every field is explained for operators in
docs/reference/settings.md.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

FILE_NAME = "pinisi.toml"
PREFIX = "PINISI_"
ELSEWHERE = frozenset(f"PINISI_{name}" for name in ("SETTINGS", "TOKEN", "SHARED", "BENCH_ONLY"))
"""Variables with the prefix that are no settings; the docs name them."""

SECRETS = PREFIX + "SECRET_"
"""Before the name of a secret that a source uses."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts at which only this machine is served: there a subscription may notify this machine without being allowed to."""

Port = Annotated[int, Meta(ge=0, le=65535)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Page = Annotated[int, Meta(ge=1, le=1_000_000)]
Megabytes = Annotated[int, Meta(ge=1, le=1_048_576)]
Days = Annotated[int, Meta(ge=1, le=36_500)]
Seconds = Annotated[float, Meta(ge=0.1, le=3600)]
Connections = Annotated[int, Meta(ge=1, le=1_000_000)]
Few = Annotated[int, Meta(ge=1, le=64)]
Milliseconds = Annotated[float, Meta(ge=0, le=1000)]
Patience = Annotated[int, Meta(ge=50, le=120_000)]
LogLevel = Literal["debug", "info", "warning", "error"]
Hours = Annotated[float, Meta(ge=0.01, le=8_760)]
Place = Annotated[str, Meta(pattern=r"^(?:(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?)?$")]
"""A host, or a host and a port; empty: none."""
Names = tuple[str, ...]


class SettingsError(ValueError):
    """A setting that cannot be used; the text names the place (file or variable), the key and the reason."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All that can be set.

    | field | unit | meaning |
    |---|---|---|
    | `data` | folder | everything that must be kept; one process at a time |
    | `store` | address or empty | where entities and history are kept: `postgresql://…`; empty: in the data folder |
    | `feed` | address or empty | how processes hear of changes: `nats://host:port`; empty: each from the store |
    | `keys_folder` | folder | the key that signs the audit trail; None: beside the data folder, `data.keys` |
    | `sign_in_file` | file | who keeps accounts for this house (OIDC); None: `sign-in.toml` of the data folder |
    | `city` | folder or name | the city to run when the command names none; None: the Makassar that is shipped |
    | `data_from` | folder | where cities and recordings find files that are not shipped; None: see add-a-city.md |
    | `host` | address | where to listen; anything but loopback demands an account |
    | `port` | 0-65535 | TCP port; 0 lets the system choose |
    | `body_limit_mb` | MB | larger request bodies are answered 413 |
    | `bodies_mb` | MB | for the bodies of all requests under way together; one more is told 503 |
    | `request_seconds` | s | for the head of a request, and the grace of its body; then 408 |
    | `connections` | count | that may be open at once; one more is told 503 |
    | `history_days` | days | raw history is kept so long; hourly statistics for ever |
    | `log_days` | days | the log is kept so long; a reader that was away longer starts from a new picture |
    | `temporal_page` | count | values of history in one answer; a longer one is cut, and says where (206) |
    | `cache_mb` | MB | bound of the store's caches in memory |
    | `hot_attributes` | count | attributes a tenant may have in the typed side table |
    | `allowed_hosts` | names | further Host headers to accept; loopback and `host` always are |
    | `allowed_origins` | origins | further Origins that may write from a browser; the server's own always may |
    | `public_role` | role or empty | what a reader without account may do; empty: nothing |
    | `notification_targets` | words | where subscriptions may notify: names, networks, `loopback`, `private` |
    | `notification_hours` | h | how long a notification is tried before it becomes a dead letter |
    | `context_sources` | words | hosts from which an @context may be fetched: as `notification_targets` |
    | `context_source_targets` | words | which context sources may be asked: names, networks, `loopback`, `private` |
    | `context_source_timeout_ms` | ms | how long a context source is waited for that has no timeout of its own |
    | `context_source_alias` | name | what this house is called among context sources; empty: a name of its own making |
    | `commit_window_ms` | ms | how long a commit waits for others to share its fsync, when there were several |
    | `public_address` | address | how this house is reached from outside: for links in notices, and by sources |
    | `advertised_address` | host or host:port | how other processes of this house reach this one; empty: see `host` |
    | `mail_server` | address | the relay that takes mails of notices; empty: no mail |
    | `mail_from` | address | from which address they come |
    | `notice_broker` | address | the MQTT broker for notices and warnings; empty: none |
    | `apprise_services` | names | schemes of apprise that contacts may use (extra `notices`) |
    | `jobs_at_once` | count | long computations that run together, over all tenants; others wait |
    | `cot_host` | address | where the link for field phones (Cursor-on-Target) listens |
    | `cot_port` | 0-65535 | its TCP port; 0: closed |
    | `cot_udp_port` | 0-65535 | its UDP port, on which positions come in; 0: closed |
    | `cot_networks` | words | who needs no other proof there: networks, `loopback`, `private` |
    | `cot_certificate` | file | PEM, its own; with `cot_key` the TCP port speaks TLS |
    | `cot_key` | file | PEM, without a password |
    | `cot_clients` | file | PEM of those who sign certificates that let phones in |
    | `log_level` | word | debug, info, warning or error |
    """

    data: Path = Path("data")
    store: str = ""
    feed: str = ""
    keys_folder: Path | None = None
    sign_in_file: Path | None = None
    city: str | None = None
    data_from: Path | None = None
    host: str = "127.0.0.1"
    port: Port = 9090
    body_limit_mb: Megabytes = 16
    bodies_mb: Megabytes = 256
    request_seconds: Seconds = 20.0
    connections: Connections = 20_000
    history_days: Days = 400
    log_days: Days = 90
    temporal_page: Page = 10_000
    cache_mb: Megabytes = 256
    hot_attributes: Count = 64
    allowed_hosts: Names = ()
    allowed_origins: Names = ()
    public_role: str = ""
    notification_targets: Names = ("loopback",)
    notification_hours: Hours = 24.0
    context_sources: Names = ("loopback",)
    context_source_targets: Names = ("loopback",)
    context_source_timeout_ms: Patience = 5_000
    context_source_alias: str = ""
    commit_window_ms: Milliseconds = 2.0
    public_address: str = ""
    advertised_address: Place = ""
    mail_server: str = ""
    mail_from: str = ""
    notice_broker: str = ""
    apprise_services: Names = ()
    jobs_at_once: Few = 2
    cot_host: str = "127.0.0.1"
    cot_port: Port = 0
    cot_udp_port: Port = 0
    cot_networks: Names = ("loopback",)
    cot_certificate: Path | None = None
    cot_key: Path | None = None
    cot_clients: Path | None = None
    log_level: LogLevel = "info"

    @property
    def tenant_folder(self) -> Path:
        """Where the store keeps its file for each tenant."""
        return self.data / "tenants"

    @property
    def key_folder(self) -> Path:
        """Where the key lies that signs the audit trail: not inside of what it signs."""
        return self.keys_folder or self.data.absolute().with_name(self.data.absolute().name + ".keys")


_PLACES = frozenset({"data", "data_from", "keys_folder", "sign_in_file", "cot_certificate", "cot_key", "cot_clients"})
"""Folders and files: meant from where the settings file lies."""
_OUTWARD = ("notification_targets", "context_sources", "context_source_targets")
"""What may be reached from here: where others than this machine are served, nothing unless the operator says so."""
FIELDS: Mapping[str, Any] = get_type_hints(Settings, include_extras=True)


def load_settings(
    *,
    given: Mapping[str, Any] | None = None,
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Put the settings together.

    Args:
        given: values from the command line by field name; None means not given.
        file: the settings file, when the command line names one.
        environment: defaults to the process's own.

    Raises:
        SettingsError: a file that is not there or not TOML, an unknown key, a value out of its bounds.
    """
    environment = os.environ if environment is None else environment
    told = {key: _convert(key, value, "command line") for key, value in (given or {}).items() if value is not None}
    around = _from_environment(environment)
    path, named = _settings_file(file, environment, {**around, **told})
    written = _from_file(path, named) if path else {}
    chosen = {**written, **around, **told}
    settings = Settings(**chosen)
    if settings.host in LOOPBACK:
        return settings
    closed: dict[str, Names] = {name: () for name in _OUTWARD if name not in chosen}
    return msgspec.structs.replace(settings, **closed)


def _settings_file(
    file: Path | None, environment: Mapping[str, str], known: Mapping[str, Any]
) -> tuple[Path | None, bool]:
    """The file to read, and whether someone named it (then it must exist)."""
    if file is None and environment.get("PINISI_SETTINGS"):
        file = Path(environment["PINISI_SETTINGS"])
    if file is not None:
        return file, True
    beside = Path(known.get("data", Settings().data)) / FILE_NAME
    return (beside if beside.is_file() else None), False


def _from_file(path: Path, named: bool) -> dict[str, Any]:
    document = _read_toml(path)
    if not named and "data" in document:
        raise SettingsError(f"{path}: data: a settings file inside the data folder cannot name another data folder")
    values = {key: _convert(key, value, str(path)) for key, value in document.items()}
    for place in _PLACES & values.keys():
        values[place] = path.parent / values[place]
    return values


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text (byte {error.start})") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"{path}: is not TOML: {error}") from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, text in environment.items():
        if name.startswith(PREFIX) and name not in ELSEWHERE and not name.startswith(SECRETS):
            key = name.removeprefix(PREFIX).lower()
            values[key] = _convert(key, text, f"environment variable {name}")
    return values


def _convert(key: str, value: Any, place: str) -> Any:
    kind = FIELDS.get(key)
    if kind is None:
        raise SettingsError(f"{place}: {key}: there is no such setting; settings are {', '.join(sorted(FIELDS))}")
    if isinstance(value, str) and kind == Names:
        value = [part.strip() for part in value.split(",") if part.strip()]
    try:
        return msgspec.convert(value, kind, strict=not isinstance(value, str), dec_hook=_as_path)
    except msgspec.ValidationError as error:
        choices = f"it is one of {', '.join(get_args(kind))}" if get_origin(kind) is Literal else str(error)
        raise SettingsError(f"{place}: {key}: {value!r} does not fit: {choices}") from error


def _as_path(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, str | Path) and str(value):
        return Path(value).expanduser()
    raise ValueError("expected the path of a folder or file")
