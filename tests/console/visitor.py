"""A person before his browser, who signs in at a provider of accounts."""

import html
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpx
from house_at_hand import BASE


@dataclass
class Browser:
    """What a person has before him: cookies of the house and of the provider, and fingers that fill in forms."""

    house: httpx.AsyncClient
    outside: httpx.AsyncClient
    name: str

    async def goes_to(self, provider: str, to: str = "/") -> str:
        """Presses the button; where the house sends him."""
        answer = await self.house.get(f"/pinisi/v1/sign-in/{provider}", params={"to": to})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def signs_in_there(self, address: str) -> str:
        """Does at the provider what it asks; the address of this house to which it sends him back."""
        answer = await self.outside.get(address)
        for _ in range(12):
            if answer.is_redirect:
                address = urljoin(str(answer.url), answer.headers["location"])
                if address.startswith(BASE):
                    return address
                answer = await self.outside.get(address)
            else:
                answer = await self._fills_in(answer)
        raise AssertionError(f"the provider sends nobody back: {answer.text}")

    async def _fills_in(self, page: httpx.Response) -> httpx.Response:
        action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
        prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
        assert action and prompt, page.text
        fields = {"prompt": prompt[1], "login": self.name, "password": "known to the provider alone"}
        return await self.outside.post(urljoin(str(page.url), html.unescape(action[1])), data=fields)

    async def cancels(self, address: str) -> str:
        """Says no; the address to which he is sent back."""
        page = await self.outside.get(address, follow_redirects=True)
        link = re.search(r'href="([^"]+/abort)"', page.text)
        assert link, page.text
        return await self.signs_in_there(link[1])

    async def comes_back(self, address: str) -> httpx.Response:
        return await self.house.get(address.removeprefix(BASE))

    async def signs_in(self, provider: str, to: str = "/") -> httpx.Response:
        return await self.comes_back(await self.signs_in_there(await self.goes_to(provider, to)))

    async def session(self) -> dict[str, Any]:
        answer = await self.house.get("/pinisi/v1/session")
        return answer.json() if answer.status_code == 200 else {"status": answer.status_code}
