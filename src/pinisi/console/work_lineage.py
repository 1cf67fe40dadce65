"""Why this number? Of what a job or a command brought: which one, with which input, of which service and version."""

import msgspec

from pinisi.console.house import House
from pinisi.console.lineage_tree import ByCommand, ByJob
from pinisi.runtime.lineage import FromCommand, FromJob
from pinisi.runtime.record_book import NotInBook
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.principal import Principal

replace = msgspec.structs.replace


async def by_job(house: House, tenant: str, reader: Principal, origin: FromJob) -> ByJob:
    """The job with what its own page tells this reader of it; of one that he may not know, the service alone."""
    service = house.registry.service(origin.service)
    jobs = () if service is None else service.jobs
    made = ByJob(
        service=origin.service,
        service_title=None if service is None else service.title,
        version=origin.version,
        job=origin.job,
        title=next((each.title for each in jobs if each.name == origin.job), None),
        moment=format_instant(origin.moment),
    )
    try:
        asked = await house.jobs.one(tenant, origin.id, reader.grants)
    except NotInBook:
        return made
    return replace(
        made,
        title=asked.title,
        entity=asked.entity,
        requested_at=format_instant(asked.asked),
        requested_by=asked.by_name if reader.kind != "anonymous" else None,
        input=asked.input if "jobs.run" in reader.permissions else None,
    )


async def by_command(house: House, tenant: str, reader: Principal, origin: FromCommand) -> ByCommand:
    """As `by_job`."""
    service = house.registry.service(origin.service)
    actions = () if service is None else service.actions
    made = ByCommand(
        service=origin.service,
        service_title=None if service is None else service.title,
        version=origin.version,
        action=origin.action,
        title=next((each.title for each in actions if each.name == origin.action), None),
        moment=format_instant(origin.moment),
    )
    try:
        command = await house.actions.one(tenant, origin.id, reader.grants)
    except NotInBook:
        return made
    may = "commands.give" in reader.permissions
    return replace(
        made,
        title=command.title,
        entity=command.entity,
        requested_at=format_instant(command.asked),
        requested_by=command.by.name if may else None,
        second=command.second.name if may and command.second is not None else None,
        targets=command.targets,
        input=command.body if may else None,
    )
