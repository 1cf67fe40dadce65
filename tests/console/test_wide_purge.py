"""One stray request of somebody who may write must not empty the city."""

import pytest
from house_at_hand import NGSI, Opened

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("told", ["local=true", "type=*"])
async def test_to_delete_everything_needs_the_keeper_of_the_house(fresh: Opened, told: str) -> None:
    keeper = fresh.client(cookie=await fresh.account("ani", Assignment(role="administrator")))
    steward = fresh.client(cookie=await fresh.account("budi", Assignment(role="steward")))
    async with keeper, steward:
        before = await fresh.position()
        answer = await steward.delete(f"{NGSI}/entities?{told}")
        assert (answer.status_code, "house.manage" in answer.text) == (403, True)
        assert await fresh.position() == before
        assert (await steward.delete(f"{NGSI}/entities?{told}&q=population>1")).status_code == 204
        assert (await keeper.delete(f"{NGSI}/entities?{told}")).status_code == 204
        counted = await keeper.get(f"{NGSI}/entities", params={"local": "true", "limit": "0", "count": "true"})
        assert counted.headers["ngsild-results-count"] == "0"
