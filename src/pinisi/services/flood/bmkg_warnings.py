"""Weather warnings of BMKG, the weather agency of Indonesia: a feed (RSS 2.0) that names CAP messages."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import msgspec
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.city.profile import Profile
from pinisi.incidents.cap.alert_entities import alerts_of
from pinisi.incidents.cap.feed_reader import read_feed
from pinisi.incidents.cap.geometry import rings_of
from pinisi.incidents.cap.model import Alert
from pinisi.incidents.cap.reader import read_cap
from pinisi.incidents.cap.signature import check_signature, check_trusted
from pinisi.runtime.source import Card, Message, Reading, Source, SourceKind, Unreadable
from pinisi.runtime.strings import texts_of
from pinisi.runtime.transports.http_fetch import Manners
from pinisi.runtime.transports.http_poll import Follow, HttpPoll
from pinisi.runtime.xml_tree import read_xml

TEXTS = texts_of("pinisi.services.flood")
MEDIA = frozenset(
    {"application/xml", "text/xml", "application/rss+xml", "application/cap+xml", "application/octet-stream"}
)
LICENCE = "Public domain"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`address` of the feed. `province`: only warnings whose title names it are asked for; empty: all.

    `trusted`: a file of certificates (PEM) in the city's folder, of those whose signatures are believed; without one
    the signer of a signed message is unknown. `everywhere` keeps warnings that do not touch the city; `near_km` counts
    what is so near as touching. `every` in seconds. `per_minute`: requests to that host at most (BMKG allows 60 for all
    its addresses together).
    """

    address: str = "https://www.bmkg.go.id/alerts/nowcast/id/rss.xml"
    province: str = ""
    trusted: str = ""
    everywhere: bool = False
    near_km: float = 0.0
    every: float = 120.0
    per_minute: float = 30.0
    inside: tuple[str, ...] = ()


def warned_of(province: str) -> Callable[[Message], Sequence[Follow]]:
    """The CAP messages that the feed names for a province; each in the version of its time of publication."""

    def follow(message: Message) -> Sequence[Follow]:
        named = read_feed(message.body)
        return [Follow(each.address, each.changed) for each in named if province.lower() in each.title.lower()]

    return follow


def reader(touches: Callable[[Alert], bool], trusted: bytes = b"") -> Callable[[Message], Reading]:
    def read(message: Message) -> Reading:
        root = read_xml(message.body)
        if root.name == "rss":
            return Reading()
        if root.name != "alert":
            raise Unreadable(f"<{root.name}> is neither a feed nor a CAP alert")
        cap = read_cap(message.body)
        signed = check_signature(message.body, trusted)
        return Reading(entities=list(alerts_of(cap, signed)) if touches(cap) else [])

    return read


def touching(city: BaseGeometry, near_km: float) -> Callable[[Alert], bool]:
    """Whether a message concerns the city. One without polygons, and one that ends others, always may."""

    @cache
    def reach() -> BaseGeometry:
        """Drawn for the first message: 70 ms of a start otherwise."""
        grown = city.buffer(near_km / 111.2) if near_km else city
        shapely.prepare(grown)
        return grown

    def touches(cap: Alert) -> bool:
        rings = [ring for info in cap.infos for ring in rings_of(info.areas)]
        return not rings or any(reach().intersects(shapely.make_valid(shapely.Polygon(ring))) for ring in rings)

    return touches


def make(options: Options, profile: Profile) -> Source:
    manners = Manners(per_minute=options.per_minute, most_bytes=4 << 20, media=MEDIA)
    return Source(
        id="bmkg-warnings",
        title=TEXTS["warnings"],
        card=bmkg_card("warnings-note", "https://data.bmkg.go.id/peringatan-dini-cuaca/"),
        transport=HttpPoll(
            [options.address],
            options.every,
            follow=warned_of(options.province),
            manners=manners,
            inside=options.inside,
        ),
        read=reader(
            _everything if options.everywhere else touching(_city(profile), options.near_km),
            _trusted(profile, options.trusted),
        ),
        every=options.every,
        method="reported",
        blinds=TEXTS["warnings-blinds"],
    )


def _trusted(profile: Profile, name: str) -> bytes:
    """Raises ValueError: there is no such file, or it holds something else than certificates."""
    if not name:
        return b""
    try:
        pem = (profile.folder / name).read_bytes()
    except OSError as error:
        raise ValueError(f"trusted: {name} cannot be read: {error.strerror}") from None
    check_trusted(pem)
    return pem


def bmkg_card(note: str, url: str) -> Card:
    return Card(publisher="BMKG", licence=LICENCE, licence_note=TEXTS["licence-note"].id, url=url, note=TEXTS[note])


def _everything(_cap: Alert) -> bool:
    return True


def _city(profile: Profile) -> BaseGeometry:
    """The city's polygon, else the box of its view."""
    geometries: list[dict[str, Any]] = [area.geojson for area in profile.areas if area.level == "city"]
    if not geometries:
        return shapely.box(*profile.city.view.bounds)
    return shapely.unary_union([shapely.make_valid(shape(geometry)) for geometry in geometries])


WARNINGS = SourceKind(name="bmkg-warnings", title=TEXTS["warnings"], options=Options, make=make, writes=("Alert",))
