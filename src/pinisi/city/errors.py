"""What is wrong with a city folder, in words that its keeper can act on."""

from pathlib import Path


class CityError(Exception):
    """A city folder that cannot be used.

    `file` is the file, `field` the field or row inside it (`tiles[2].label`, `row 17, lat`), `reason` what is wrong.
    """

    def __init__(self, file: Path | str, field: str, reason: str) -> None:
        self.file = str(file)
        self.field = field
        self.reason = reason
        super().__init__(f"{self.file}: {field}: {reason}" if field else f"{self.file}: {reason}")
