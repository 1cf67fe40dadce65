"""Questions to one SNMP agent: version 1, as NTCIP controllers speak it. Leans on pysnmp (extra `ntcip`)."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pinisi.services.mobility.ntcip.objects import Oid, dotted

Value = int | bytes
ERRORS = {1: "tooBig", 2: "noSuchName", 3: "badValue", 4: "readOnly", 5: "genErr"}
"""RFC 1157, error-status."""


class NoAnswer(RuntimeError):
    """Nothing came in time: a cut line, a wrong address, or a wrong community name, to which agents are silent."""


class AgentRefused(RuntimeError):
    """The agent answered with an error-status; the text names it and the object."""


class Misstated(RuntimeError):
    """The answer is none to the question, or a value is not of its type or range."""


class Snmp:
    """One socket. Raises ImportError with what to install where pysnmp is missing."""

    def __init__(self, dispatcher: Any, target: Any, community: str) -> None:
        self._dispatcher, self._target, self._community = dispatcher, target, community

    @classmethod
    async def open(cls, host: str, port: int, community: str, timeout: float) -> Self:
        """`timeout` in seconds; nothing is asked twice, as the next question comes soon enough.

        Raises:
            OSError: the name of the host is not known.
        """
        api = _library()
        try:
            target = await api.UdpTransportTarget.create((host, port), timeout=timeout, retries=0)
        except Exception as error:
            raise OSError(f"{host}:{port}: {error}"[:200]) from None
        return cls(api.SnmpDispatcher(), target, community)

    def close(self) -> None:
        self._dispatcher.transport_dispatcher.close_dispatcher()

    async def get(self, oids: Sequence[Oid]) -> Mapping[Oid, Value]:
        """Raises NoAnswer, AgentRefused, Misstated."""
        api = _library()
        return await self._ask(api.get_cmd, [(dotted(oid), api.Null("")) for oid in oids], oids)

    async def set(self, values: Mapping[Oid, int]) -> None:
        """All or nothing (RFC 1157, 4.1.5). Raises NoAnswer, AgentRefused, Misstated: it confirmed another value."""
        api = _library()
        pairs = [(dotted(oid), api.Integer32(value)) for oid, value in values.items()]
        confirmed = await self._ask(api.set_cmd, pairs, list(values))
        for oid, value in values.items():
            if confirmed[oid] != value:
                raise Misstated(f"{name_of(oid)}: {value} was ordered and {confirmed[oid]!r} confirmed")

    async def _ask(self, command: Any, pairs: Sequence[tuple[str, Any]], oids: Sequence[Oid]) -> Mapping[Oid, Value]:
        community = _library().CommunityData(self._community, mpModel=0)
        failed, status, index, found = await command(self._dispatcher, community, self._target, *pairs, lookupMib=False)
        if failed:
            raise NoAnswer(str(failed)[:200])
        if int(status):
            at = int(index) - 1
            which = name_of(oids[at]) if 0 <= at < len(oids) else "the question"
            raise AgentRefused(f"{ERRORS.get(int(status), f'error {int(status)}')} for {which}")
        return _answered(found, oids)


def _answered(found: Sequence[Any], oids: Sequence[Oid]) -> Mapping[Oid, Value]:
    answered = {tuple(map(int, name)): _plain(value) for name, value in found}
    missing = [oid for oid in oids if oid not in answered]
    if missing:
        raise Misstated(f"{name_of(missing[0])} was asked for and not answered")
    return answered


def _plain(value: Any) -> Value:
    """Numbers as numbers, all else as octets."""
    if value.__class__.__name__ in ("Integer", "Integer32", "Gauge", "Gauge32", "Counter", "Counter32", "TimeTicks"):
        return int(value)
    return bytes(value.asOctets()) if hasattr(value, "asOctets") else str(value).encode()


def number(values: Mapping[Oid, Value], oid: Oid, most: int) -> int:
    """Raises Misstated: it is no number, or none from 0 to `most`."""
    value = values[oid]
    if not isinstance(value, int):
        raise Misstated(f"{name_of(oid)} is {value[:20]!r} and no number")
    if not 0 <= value <= most:
        raise Misstated(f"{name_of(oid)} is {value}, not from 0 to {most}")
    return value


def name_of(oid: Oid) -> str:
    """The last numbers are enough for people: all objects of a controller begin alike."""
    from pinisi.services.mobility.ntcip.names import NAMES

    for length in (len(oid), len(oid) - 1):
        if oid[:length] in NAMES:
            rest = oid[length:]
            return NAMES[oid[:length]] + ("" if not rest else "." + dotted(rest))
    return dotted(oid)


def _library() -> Any:
    try:
        import pysnmp.hlapi.v1arch.asyncio as api  # pyright: ignore[reportMissingTypeStubs]
        from pysnmp.proto.rfc1902 import Integer32, Null  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise ImportError("controllers that speak NTCIP need the extra ntcip: pip install 'pinisi[ntcip]'") from None
    api_with: Any = api
    api_with.Integer32, api_with.Null = Integer32, Null
    return api_with
