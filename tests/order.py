"""The order in which files go to the workers of `make test`: those that take long begin, so that none ends alone.

By itself xdist begins with the files that have the most tests, which says little: an exercise by keys is one test.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

FIRST = (
    "screen/test_exercise.py",
    "screen/test_mobility_access.py",
    "screen/test_time.py",
    "screen/test_replay_screen.py",
    "screen/test_access.py",
    "screen/test_broker_section.py",
    "screen/test_live_sources.py",
    "screen/test_pages.py",
    "screen/test_weather_layers.py",
    "screen/test_stream.py",
    "screen/test_operations_screen.py",
    "screen/test_crew_page.py",
    "screen/test_people_screen.py",
    "screen/test_buses_page.py",
    "screen/test_movers.py",
    "screen/test_what_if_page.py",
    "screen/test_air.py",
    "services/test_every_source.py",
    "services/test_every_service.py",
    "console/test_canaries.py",
    "store/test_crash.py",
    "contract/test_store_model.py",
    "house/test_import_roads.py",
    "house/test_new_source.py",
    "house/test_two_processes.py",
    "federation/test_two_cities.py",
    "runtime/test_jobs_over_restart.py",
    "runtime/test_running_server.py",
    "services/mobility/test_vehicles_that_ask.py",
    "services/mobility/test_forecast_by_itself.py",
    "services/mobility/test_atcs_street.py",
    "postgres/test_months.py",
)
"""Files whose tests and set-up take more than about eight seconds, the longest first."""
TESTS = Path(__file__).parent


class Located(Protocol):
    """What has a file: a test."""

    @property
    def path(self) -> Path: ...


_T = TypeVar("_T", bound=Located)


def longest_first(items: Sequence[_T]) -> list[_T]:
    """The same tests, file by file as before: the long files, then the others by how many tests they have."""
    rank = {TESTS / name: number for number, name in enumerate(FIRST)}
    sizes = Counter(item.path for item in items)
    return sorted(items, key=lambda item: (rank.get(item.path, len(rank)), -sizes[item.path]))
