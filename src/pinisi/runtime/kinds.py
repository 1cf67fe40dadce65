"""The kinds of source that the kernel itself brings: ways in that belong to no service, read by a mapping file."""

from typing import Any, Literal

import msgspec

from pinisi.city.profile import Profile
from pinisi.city.text import Text
from pinisi.runtime.mapping.mapping import MappingFile, load_mapping_file
from pinisi.runtime.mapping.pattern import Pattern
from pinisi.runtime.mapping.reader import mapped_reader
from pinisi.runtime.source import Card, Method, Read, Source, SourceKind, Transport
from pinisi.runtime.transports.folder import Folder
from pinisi.runtime.transports.http_fetch import Manners
from pinisi.runtime.transports.http_poll import HttpPoll
from pinisi.runtime.transports.mqtt import Broker, Mqtt
from pinisi.runtime.transports.push import Push
from pinisi.runtime.transports.sensorthings import SensorThings
from pinisi.vocabulary.instant import SECOND

MINUTE = 60.0


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every kind of the kernel is told. `every` is the source's own period in seconds.

    `mapping` names a file of the city's `mappings/`; empty: entities come as NGSI-LD.
    """

    title: Text
    publisher: str
    licence: str = "none stated"
    licence_note: str = ""
    url: str = ""
    note: Text | None = None
    blinds: Text | None = None
    method: Method = "measured"
    mapping: str = ""
    every: float = MINUTE


class HttpOptions(Said, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`secret_headers`: header -> name of the secret that it carries. `inside`: networks of our own."""

    addresses: tuple[str, ...]
    per_minute: float = 60.0
    headers: dict[str, str] = {}
    secret_headers: dict[str, str] = {}
    inside: tuple[str, ...] = ()


class MqttOptions(Said, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`topics` are filters with `+` and `#`; empty: the one that the mapping's `origin` covers."""

    broker: Broker
    topics: tuple[str, ...] = ()
    qos: Literal[0, 1] = 1


class SensorThingsOptions(Said, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`address` is the root of the service. `filter` narrows the observations (OData); times in seconds.

    `since`: how far back the first question reaches; `overlap`: how much is asked for again, for what comes late.
    """

    address: str
    filter: str = ""
    since: float = 86_400.0
    overlap: float = 3_600.0
    per_minute: float = 60.0
    secret_headers: dict[str, str] = {}
    inside: tuple[str, ...] = ()


class FolderOptions(Said, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`path` is absolute, or begins at the data folder; `names` are patterns."""

    path: str
    names: tuple[str, ...] = ("*",)


class PushOptions(Said, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing of its own."""


def _file(options: Said, profile: Profile) -> MappingFile:
    if not options.mapping:
        return MappingFile(format="ngsi-ld")
    return load_mapping_file(profile.folder, options.mapping)


def _source(options: Said, transport: Transport, read: Read) -> Source:
    if options.every <= 0:
        raise ValueError("every: is not above 0 seconds")
    return Source(
        id="",
        title=options.title,
        card=Card(
            publisher=options.publisher,
            licence=options.licence,
            licence_note=options.licence_note,
            url=options.url,
            note=options.note or options.title,
        ),
        transport=transport,
        read=read,
        every=options.every,
        method=options.method,
        blinds=options.blinds,
    )


def _http(options: HttpOptions, profile: Profile) -> Source:
    transport = HttpPoll(
        options.addresses,
        options.every,
        manners=Manners(per_minute=options.per_minute),
        inside=options.inside,
        headers=options.headers,
        secret_headers=options.secret_headers,
    )
    return _source(options, transport, mapped_reader(_file(options, profile), profile))


def _mqtt(options: MqttOptions, profile: Profile) -> Source:
    file = _file(options, profile)
    topics = options.topics or ((Pattern(file.origin).topic_filter,) if file.origin else ())
    return _source(options, Mqtt(options.broker, topics, options.qos), mapped_reader(file, profile))


def _sensorthings(options: SensorThingsOptions, profile: Profile) -> Source:
    if not options.mapping:
        raise ValueError("mapping: is needed: it says what an observation is of")
    transport = SensorThings(
        options.address,
        options.every,
        filter=options.filter,
        since=round(options.since * SECOND),
        overlap=round(options.overlap * SECOND),
        manners=Manners(per_minute=options.per_minute),
        inside=options.inside,
        secret_headers=options.secret_headers,
    )
    return _source(options, transport, mapped_reader(_file(options, profile), profile))


def _folder(options: FolderOptions, profile: Profile) -> Source:
    return _source(options, Folder(options.path, options.names), mapped_reader(_file(options, profile), profile))


def _push(options: PushOptions, profile: Profile) -> Source:
    return _source(options, Push(), mapped_reader(_file(options, profile), profile))


KINDS: tuple[SourceKind[Any], ...] = (
    SourceKind(
        name="http",
        title=Text("Tanya lewat HTTP", "Asking over HTTP", "HTTP で取得"),
        options=HttpOptions,
        make=_http,
    ),
    SourceKind(name="mqtt", title=Text("MQTT", "MQTT", "MQTT"), options=MqttOptions, make=_mqtt),
    SourceKind(
        name="folder",
        title=Text("Folder berkas", "Drop folder", "受け渡しフォルダ"),
        options=FolderOptions,
        make=_folder,
        outside=False,
    ),
    SourceKind(
        name="push",
        title=Text("Kiriman lewat HTTP", "Pushes over HTTP", "HTTP での送信受付"),
        options=PushOptions,
        make=_push,
        outside=False,
    ),
    SourceKind(
        name="sensorthings",
        title=Text("OGC SensorThings", "OGC SensorThings", "OGC SensorThings"),
        options=SensorThingsOptions,
        make=_sensorthings,
    ),
)
