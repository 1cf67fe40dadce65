"""What every test may ask for."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The whole reference files: the folder `data` of what PINISI_SHARED names, else of `../shared`.

    A clone without them beside it tests on the committed cuts alone.
    """
    folder = Path(os.environ.get("PINISI_SHARED") or Path(__file__).parents[2] / "shared") / "data"
    if not folder.is_dir():
        pytest.skip(f"the reference data are not at {folder}: set PINISI_SHARED to their folder")
    return folder
