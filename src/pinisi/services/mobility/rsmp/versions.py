"""Which version two sides speak, and whether they fit at all (RSMP core 3.2.2, "RSMP/SXL version")."""

import re
from collections.abc import Collection

import msgspec

from pinisi.services.mobility.rsmp.messages import Version

CORE_VERSIONS = ("3.1.2", "3.1.3", "3.1.4", "3.1.5", "3.2.0", "3.2.1", "3.2.2")
_NUMBERS = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{1,2}))?", re.ASCII)


class Unfit(ValueError):
    """The sides do not fit; the text is the reason that MessageNotAck carries ("Communication rejection")."""


class Introduced(msgspec.Struct, frozen=True):
    """What one side knows of itself: versions of the core, of the signal exchange list, ids of sites.

    A supervisor takes every site where `sites` is empty.
    """

    sxl: str
    sites: tuple[str, ...] = ()
    core: tuple[str, ...] = CORE_VERSIONS


def agreed(own: Introduced, theirs: Version) -> str:
    """The latest core version that both speak, as we write it.

    Raises:
        Unfit: no common version, another signal exchange list, or a site that is not known here.
    """
    if theirs.sxl != own.sxl:
        raise Unfit(f"SXL version {theirs.sxl} requested, but only {own.sxl} supported")
    _known_sites(own.sites, [site.id for site in theirs.sites])
    spoken = [spoken.version for spoken in theirs.spoken]
    common = [version for version in own.core if numbers(version) in set(map(numbers, spoken))]
    if not common:
        raise Unfit(f"RSMP versions [{','.join(spoken[:20])}] requested, but only [{','.join(own.core)}] supported")
    return max(common, key=numbers)


def _known_sites(own: Collection[str], theirs: list[str]) -> None:
    if not theirs or "" in theirs:
        raise Unfit("siteId: no site id given")
    strange = [site for site in theirs if own and site not in own]
    if strange:
        raise Unfit(f"Site id {strange[0][:60]} is not known here")


def numbers(version: str) -> tuple[int, int, int]:
    """3.2 is 3.2.0; what is no version is older than all."""
    found = _NUMBERS.fullmatch(version)
    if found is None:
        return (0, 0, 0)
    return (int(found[1]), int(found[2]), int(found[3] or 0))


def at_least(version: str, least: str) -> bool:
    return numbers(version) >= numbers(least)
