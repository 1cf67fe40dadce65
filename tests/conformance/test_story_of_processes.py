"""A drawn story told through three processes on one PostgreSQL, while others write the same tenant through all of them.

Each change goes to any of the three, each question to two of them: what was acknowledged is seen everywhere at once,
and all know the same. What is asked and expected is that of `test_same_story`.
"""

import itertools
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, cast

import httpx
import pytest
from broker_at_hand import Broker
from busy_others import Busy
from drawn_fragments import NAMES
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test
from receiver_at_hand import Receiver
from server_at_hand import running
from test_same_story import Story
from told_story import places
from two_brokers import NONE, Alike, Headers, Side

from nats_server import running_nats
from patience import PATIENCE

_TYPES = "Bus,Depot,Fence"
"""All of a story: others have entities in its tenant."""
_ALL = list(cast(Iterable[HealthCheck], HealthCheck))
_FIRST = 1 if cast(settings, settings.default).derandomize else time.time_ns()
_SEEDS = itertools.count(_FIRST)
_NOT_OF_TWO = ("/entityMaps", "/subscriptions")
"""A map is made; others subscribe meanwhile."""
PROCESSES, OTHERS = 3, 3


class StoryOfProcesses(Story):
    processes: Sequence[Broker]

    def __init__(self) -> None:
        self._draw = random.Random(next(_SEEDS))
        super().__init__()
        tenant, receiver = self.sides[0].broker.tenant, self.receivers[0]
        brokers = [Broker(broker.wire, tenant) for broker in self.processes]
        self.sides = [Side(broker, receiver) for broker in brokers]
        self.others = [Busy(brokers, n, self._draw.randrange(1 << 30)) for n in range(OTHERS)]
        for other in self.others:
            other.begin()

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            for other in self.others:
                other.end()
        for side in self.sides:
            found = side.call(
                "GET", "/entities", None, {}, {"type": "Noise", "idPattern": ":[0-9]+:[0-9]+$", "limit": "1000"}
            )
            kept = {id: one for other in self.others for id, one in other.kept.items()}
            assert {one["id"]: one for one in found.json()} == kept

    def ask(
        self, method: str, path: str | Sequence[str], body: Any = None, headers: Headers = NONE,
        query: Mapping[str, str] | None = None,
    ) -> Alike:  # fmt: skip
        """A change is told to one of them; two of them are asked what all must know."""
        one, two = self._draw.sample(self.sides, 2)
        path = path if isinstance(path, str) else path[0]
        query = {**(query or {}), **({"type": _TYPES} if (query or {}).get("type") == "*" else {})}
        answers = [one.call(method, path, _of_the_story(body), headers[0], query)]
        if method == "GET" and path not in _NOT_OF_TWO:
            answers.append(two.call(method, path, None, headers[0], query))
            if not path.startswith("/subscriptions"):
                assert answers[0].text == answers[1].text, f"{path} {query}"
        else:
            answers.append(answers[0])
        return Alike(answers, [one, two])

    @rule(n=places)
    def discover(self, n: int) -> None:
        """Others make types and attributes meanwhile, of names of their own."""
        ground = self.ground(n)
        side = self._draw.choice(self.sides)
        entities = ground.city.entities.values()
        types = side.call("GET", "/types", None, ground.headers[0], {}).json()["typeList"]
        assert set(types) & {"Bus", "Depot"} == {type for entity in entities for type in entity.types}
        attributes = side.call("GET", "/attributes", None, ground.headers[0], {}).json()["attributeList"]
        assert set(attributes) & set(NAMES) == {name for entity in entities for name in entity.attributes}

    def hearing(self) -> Sequence[Side]:
        return self.sides[:1]


def _of_the_story(body: Any) -> Any:
    """A snapshot of all types is one of those of the story."""
    text = json.dumps(body)
    return json.loads(text.replace('"type": "*"', f'"type": "{_TYPES}"'))


@pytest.fixture(scope="module")
def processes(
    stores: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Broker, ...]]:
    with ExitStack() as stack:
        (nats,) = stack.enter_context(running_nats())
        more = {
            "PINISI_TEMPORAL_PAGE": "1000",
            "PINISI_STORE": stores("postgresql", "processes"),
            "PINISI_FEED": nats.address,
        }
        folders = [tmp_path_factory.mktemp(f"process{n}") for n in range(PROCESSES)]
        houses = [stack.enter_context(running(folder, **more)) for folder in folders]
        wires = [stack.enter_context(httpx.Client(base_url=house, timeout=PATIENCE)) for house in houses]
        yield tuple(Broker(wire, "") for wire in wires)


def _tell(processes: tuple[Broker, ...], examples: int, steps: int) -> None:
    receiver = Receiver()
    words = {"brokers": processes[:2], "processes": processes, "receivers": (receiver, receiver)}
    told = type("StoryOfThree", (StoryOfProcesses,), words)
    bounds = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=_ALL,
        phases=(Phase.generate,),
    )  # fmt: skip
    try:
        run_state_machine_as_test(told, settings=bounds)
    finally:
        receiver.close()


def test_all_processes_tell_one_story_while_others_write(processes: tuple[Broker, ...]) -> None:
    _tell(processes, examples=2, steps=20)


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_all_processes_tell_many_stories_while_others_write(processes: tuple[Broker, ...]) -> None:
    _tell(processes, examples=60, steps=40)
