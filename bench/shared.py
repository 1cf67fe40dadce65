"""The large reference data that benches and long tests measure with; never part of the product."""

import os
import sys
from pathlib import Path


def shared_folder() -> Path:
    """The folder that `PINISI_SHARED` names, else `../shared` beside the checkout.

    Ends the program with one line that names the folder when it is not there.
    """
    folder = Path(os.environ.get("PINISI_SHARED") or Path(__file__).parents[2] / "shared")
    if not folder.is_dir():
        sys.exit(f"the reference data is not at {folder}: set PINISI_SHARED to its folder")
    return folder
