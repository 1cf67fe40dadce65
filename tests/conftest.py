"""What every test may ask for, and how properties are drawn.

Profile `steady`, unless another one is asked for: the same examples each time, on a loaded machine too. With
`--hypothesis-profile=searching`, as `make test-long` has it, others are drawn from a seed that it prints.
Numpy counts on one core: workers that each take all cores for small sums wait for each other.
Compiled modules are kept, whatever the machine's habit: hundreds of processes that tests start would each compile all
of Pinisi anew, and each worker every test.
"""

import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from order import longest_first

sys.dont_write_bytecode = False
steady = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.register_profile("steady", steady)
settings.register_profile("searching", steady, derandomize=False, max_examples=1_000)
settings.load_profile("steady")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among several workers the files that take long begin; see `order`."""
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The whole reference files: the folder `data` of what PINISI_SHARED names, else of `../shared`.

    A clone without them beside it tests on the committed cuts alone.
    """
    folder = Path(os.environ.get("PINISI_SHARED") or Path(__file__).parents[2] / "shared") / "data"
    if not folder.is_dir():
        pytest.skip(f"the reference data are not at {folder}: set PINISI_SHARED to their folder")
    return folder
