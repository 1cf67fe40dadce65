"""The real Mosquitto of the tests of sources serves here too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "runtime" / "transports"))
