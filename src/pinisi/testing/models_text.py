"""What a service says of its types: its `models.py`, or the files of its package `models`."""

from importlib.resources import files
from pathlib import Path


def model_files(package: str) -> list[Path]:
    """`models.py`, or where a service is large one file a subject in `models/`; empty where there is neither."""
    root = Path(str(files(package)))
    alone = root / "models.py"
    return [alone] if alone.is_file() else sorted((root / "models").glob("*.py"))


def models_text(package: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in model_files(package))
