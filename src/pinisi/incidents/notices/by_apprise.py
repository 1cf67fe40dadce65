"""Whatever `apprise` reaches (ntfy, Telegram, Matrix, Gotify ...): of the extra `notices`, and only by the services
that the operator allows. It says whether the service took the message, and gives no receipt beyond that.
"""

import asyncio
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pinisi.incidents.notices.contact import scheme_of
from pinisi.incidents.notices.sending import Answer, Outgoing

AT_ONCE = 2
NOT_THERE = "apprise is not installed: pip install 'pinisi[notices]'"


class ByApprise:
    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = frozenset(allowed)
        self._threads: ThreadPoolExecutor | None = None

    async def send(self, message: Outgoing) -> Answer:
        scheme = scheme_of(message.address)
        if scheme not in self._allowed:
            return Answer(False, f"{scheme or 'the address'} is not among the setting apprise_services", final=True)
        if self._threads is None:
            self._threads = ThreadPoolExecutor(AT_ONCE, "apprise")
        return await asyncio.get_running_loop().run_in_executor(self._threads, _notify, scheme, message)


def _notify(scheme: str, message: Outgoing) -> Answer:
    try:
        import apprise
    except ImportError:
        return Answer(False, NOT_THERE)
    way: Any = apprise.Apprise()
    if not way.add(message.address):
        return Answer(False, f"apprise cannot read this {scheme} address", final=True)
    with apprise.LogCapture(level=apprise.logging.WARNING, fmt="%(message)s") as captured:
        try:
            taken = bool(way.notify(title=message.subject, body=message.text, body_format=apprise.NotifyFormat.TEXT))
        except Exception as error:
            return Answer(False, f"{scheme}: {error}")
        log: Any = captured
        said = " ".join(str(log.getvalue()).split())
    return Answer(True, f"{scheme}: taken") if taken else Answer(False, f"{scheme}: not taken: {said or 'no reason'}")
