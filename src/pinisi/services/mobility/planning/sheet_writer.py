"""Words and numbers of the sheets of a junction, as the reader of one language writes them."""

from pinisi.city.text import Language, Text, format_number
from pinisi.services.mobility.planning.plan_request import TEXTS

UNTOLD = "–"


class SheetWriter:
    """Words and numbers of one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def said(self, key: str, **values: str | float) -> str:
        text: Text = TEXTS[f"sheet-{key}"]
        words = {name: self.number(value, 2) if isinstance(value, float) else value for name, value in values.items()}
        return str(getattr(text, self.language)).format(**words)

    def number(self, value: float | None, decimals: int = 0) -> str:
        """Two decimals are always written, so that shares stand below each other; of others no idle zeros."""
        if value is None:
            return UNTOLD
        if decimals < 2:
            return format_number(round(value, decimals), self.language)
        written = f"{value:.{decimals}f}"
        return written.replace(".", ",") if self.language == "id" else written

    def heads(self, *keys: str) -> tuple[str, ...]:
        return tuple(self.said(key) for key in keys)
