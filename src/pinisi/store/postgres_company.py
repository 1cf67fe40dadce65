"""Whether other processes have written to a tenant lately, and what a writer does about it."""

import asyncio
from collections.abc import Sized

_LATELY_SECONDS = 0.5
"""So long after another has written nobody begins at the head that he left himself."""
_LOOKS, _LOOK_SECONDS = 3, 0.002
"""How long those who were just answered are waited for: others have the head meanwhile."""


class Company:
    """Of one process and tenant. `crowd`: how many were in the last group, or waited when it was answered."""

    def __init__(self) -> None:
        self._until = 0.0
        self.crowd = 0

    def noted(self) -> None:
        """Another process has written."""
        self._until = asyncio.get_running_loop().time() + _LATELY_SECONDS

    @property
    def there(self) -> bool:
        """Whether another has written lately."""
        return asyncio.get_running_loop().time() < self._until

    async def gather(self, waiting: Sized) -> None:
        """Wait for as many as there were: else half wait while the others are written, at twice the price."""
        for _ in range(_LOOKS):
            if len(waiting) >= self.crowd or not self.there:
                return
            await asyncio.sleep(_LOOK_SECONDS)
