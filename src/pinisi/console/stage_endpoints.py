"""The stage of the city over HTTP: what holds, what the rules propose, what each stage means, who changed it when."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.incidents.stage import BadStage, Proposal, StageChange
from pinisi.vocabulary.instant import Instant, format_instant

MOST_LINES = 200


class StageWish(msgspec.Struct, forbid_unknown_fields=True):
    """`level` 0 takes the stage back to "not set"; `reason` is read by the public."""

    level: Annotated[int, msgspec.Meta(ge=0, le=5)]
    reason: str


async def get_stage(house: House, call: Call) -> Reply:
    town = house.town(call.tenant)
    log = list(await town.stage.log())
    proposal = await town.stage.proposal() if _in_room(call) else None
    return json_reply(
        {
            "stage": await stage_now(house, call),
            "note": town.profile.stages.note,
            "stages": [
                {"level": stage.level, "word": stage.word, "criteria": stage.criteria}
                for stage in town.profile.stages.stages
            ],
            "proposal": _proposal_json(proposal),
            "log": [_line(town.profile.stages.stage(line.level), line, call) for line in reversed(log[-MOST_LINES:])],
        }
    )


async def set_stage(house: House, call: Call) -> Reply:
    wish = call.decode(StageWish)
    town = house.town(call.tenant)
    try:
        await town.stage.set(wish.level, wish.reason, call.principal, town.now())
    except BadStage as error:
        raise BadRequest(error.field, str(error).partition(": ")[2]) from None
    return await get_stage(house, call)


async def stage_now(house: House, call: Call, at: Instant | None = None) -> dict[str, Any] | None:
    """The stage that holds, or held at a moment, as the console shows it everywhere; None: nobody has set it."""
    town = house.town(call.tenant)
    change = await town.stage.current(at)
    stage = None if change is None else town.profile.stages.stage(change.level)
    return None if change is None or stage is None else _line(stage, change, call)


def _in_room(call: Call) -> bool:
    return "incidents.read" in call.principal.permissions


def _line(stage: Any, change: StageChange, call: Call) -> dict[str, Any]:
    """A change as one may see it: the public reads what, when and why, the house also who."""
    seen: Mapping[str, Any] = {
        "level": change.level,
        "word": None if stage is None else stage.word,
        "since": format_instant(change.at),
        "reason": change.reason,
        "setBy": change.name if call.principal.kind != "anonymous" else None,
        "proposed": change.proposed or None,
    }
    return dict(seen)


def _proposal_json(proposal: Proposal | None) -> dict[str, Any] | None:
    return None if proposal is None else {"level": proposal.level, "reasons": proposal.reasons}


STAGE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/pinisi/v1/stage",
        permission="console.read",
        endpoint=get_stage,
        summary="The stage of the city, its public criteria, what the rules propose, and the log of changes",
    ),
    Route(
        method="POST",
        path="/pinisi/v1/stage",
        permission="stage.set",
        endpoint=set_stage,
        summary="Set the stage of the city, with a reason that the public reads",
        body="StageWish",
        answers=(200, 400),
    ),
)
