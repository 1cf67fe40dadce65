"""The house looking after itself: how it is, and a backup taken while it runs."""

from pathlib import Path

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, Route, json_reply
from pinisi.people.acts import exported
from pinisi.runtime.doctor import examine_running, judge_feed, judge_views


async def get_health(house: House, _call: Call) -> Reply:
    """What `pinisi doctor` asks a running server."""
    damaged = await house.store.damaged()
    position = await house.store.position(house.default_tenant)
    newest = (await house.store.log(house.default_tenant, max(0, position - 1), 1)).entries
    years = {source.id: source.year for source in house.profile.sources}
    health = examine_running(house.settings, damaged, years, house.now(), newest[-1].time if newest else 0)
    views = judge_views({service.name: house.registry.left_out(service.name) for service in house.registry.services})
    feed = house.settings.feed
    heard = (judge_feed(house.feed.connected, feed),) if feed else ()
    return json_reply(msgspec.structs.replace(health, checks=(*health.checks, *heard, views)))


async def post_backup(house: House, call: Call) -> Reply:
    """Stream one file with everything that is kept. That it was taken, and by whom, is on record."""
    from pinisi.runtime.backup import backup_to_send  # brings tarfile along

    entry = exported("data folder", len(await house.store.tenants()), "backup")
    await house.store.apply(house.default_tenant, (entry,), call.principal)
    settings = house.settings
    databases = settings.tenant_folder.relative_to(settings.data)

    async def copy(stage: Path) -> None:
        (stage / databases).mkdir(parents=True)
        await house.store.backup(stage / databases)

    pieces = await backup_to_send(settings.data, copy, house.now())
    headers = (
        (b"content-disposition", b'attachment; filename="pinisi-backup.tar.gz"'),
        (b"cache-control", b"no-store"),
    )
    return Reply(200, media=b"application/gzip", headers=headers, stream=pieces)


HOUSE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/health",
        permission="house.manage",
        endpoint=get_health,
        summary="How the server is: disk, clock, databases",
    ),
    Route(
        method="POST",
        path="/pinisi/v1/backup",
        permission="house.manage",
        endpoint=post_backup,
        summary="One file with everything that is kept",
    ),
)
