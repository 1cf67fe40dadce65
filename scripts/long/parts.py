"""The parts of `make test-long`: which tests belong together, in the order in which they run when none is named."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """Tests that are run by one pytest."""

    name: str
    what: str
    """What is searched, as the one who waits reads it."""
    paths: tuple[str, ...]
    marked: str = "long"
    left_out: tuple[str, ...] = ()
    spread: str = "load"
    """How tests go to two workers, by xdist's names: one by one (`load`), by files (`loadfile`); empty: to one."""
    more: tuple[str, ...] = ()


LONG, CONFORMANCE = "tests/long", "tests/conformance"
MEASURING = (f"{LONG}/test_soak.py", f"{LONG}/test_many_connections.py")
ENDPOINTS = f"{LONG}/test_fuzz_endpoints.py"
STORIES = f"{CONFORMANCE}/test_same_story.py"

PARTS = (
    Part(
        "parsers",
        "every parser and every reader of outside bytes under damage",
        (LONG,),
        left_out=(*MEASURING, ENDPOINTS),
    ),
    Part("endpoints", "every operation of every endpoint under calls that fit and calls that do not", (ENDPOINTS,)),
    Part("soak", "minutes of mixed load, ten thousand connections: memory stays bounded", MEASURING, spread=""),
    Part("stories", "drawn stories told to both stores and to a model, over HTTP", (STORIES,), spread=""),
    Part("stores", "the stores against a dictionary", ("tests/contract",)),
    Part(
        "faults",
        "kills, power cuts, full disks; PostgreSQL, NATS and partner cities that go and come back",
        ("tests/store", "tests/postgres", "tests/feed", "tests/federation"),
        spread="loadfile",
    ),
    Part("postgresql", "conformance on PostgreSQL", (CONFORMANCE,), left_out=(STORIES,), spread="loadfile"),
    Part("house", "bundle, two processes, hard times", ("tests/house",), spread="loadfile"),
    Part("services", "damaged timetables, lamps and junctions in the simulation", ("tests/services",)),
    Part(
        "screen",
        "every language, theme and size; whole exercises by keys",
        ("tests/screen",),
        spread="loadfile",
        more=("-p", "no:schemathesis"),
    ),
    Part(
        "properties",
        "every property of `make test` on examples drawn anew",
        ("tests",),
        marked="hypothesis and not long and not screen",
        spread="loadfile",
    ),
)


def chosen(names: str) -> list[Part]:
    """The parts that are named, by commas or spaces, in that order; all without a name.

    Raises `ValueError` naming what there is.
    """
    wanted = names.replace(",", " ").split()
    known = {part.name: part for part in PARTS}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ValueError(f"PART: there is no {', '.join(unknown)}; there are {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(wanted)] or list(PARTS)
