"""The job `mobility.what-if`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pinisi.city.text import fill
from pinisi.runtime.computation import JobFailed, Progress
from pinisi.runtime.job import Job
from pinisi.services.mobility.whatif.asked import TEXTS, WhatIf, WhatIfAnswer, WhatIfRequest
from pinisi.services.mobility.whatif.gathering import READS, gathered
from pinisi.vocabulary.instant import Instant

SECONDS, MEMORY_MB = 3_600, 4_096


def compute(given: WhatIf, progress: Progress) -> WhatIfAnswer:
    """
    Raises:
        JobFailed: it cannot be simulated; says why, also that SUMO is not installed and how to get it.
    """
    from pinisi.services.mobility.twin.child import TwinFailed, TwinMissing
    from pinisi.services.mobility.whatif.on_net import NotOnNet
    from pinisi.services.mobility.whatif.side_by_side import simulated

    try:
        return simulated(given, Path.cwd(), progress)
    except (TwinFailed, TwinMissing, NotOnNet) as error:
        raise JobFailed(fill(TEXTS["whatif-cannot"], why=str(error))) from None


def entities(asked: WhatIfRequest, answer: WhatIfAnswer, now: Instant) -> Sequence[dict[str, Any]]:
    from pinisi.services.mobility.whatif.entities import entities as told

    return told(asked, answer, now)


WHAT_IF_JOB = Job(
    name="what-if",
    title=TEXTS["whatif"],
    input=WhatIfRequest,
    output=WhatIfAnswer,
    run=compute,
    entities=entities,
    method="simulated",
    seconds=SECONDS,
    memory_mb=MEMORY_MB,
    restarts=True,
    reads=READS,
    gather=gathered,
    given=WhatIf,
)
