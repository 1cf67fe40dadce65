"""Patterns of topics and names: `stations/{station}/level` matches one, and captures what stands at `{station}`."""

import re

_PLACE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}")


class Pattern:
    def __init__(self, text: str) -> None:
        """
        Raises:
            ValueError: a place has no name, or a name occurs twice.
        """
        self.text = text
        self.names = _PLACE.findall(text)
        for name in self.names:
            if _NAME.fullmatch(name) is None:
                raise ValueError(f"{{{name[:40]}}} is no name of letters, digits and _")
        if len(set(self.names)) < len(self.names):
            raise ValueError("a name occurs twice")
        parts = _PLACE.split(text)
        made = [
            re.escape(part) if number % 2 == 0 else f"(?P<{part}>[^/]{{1,400}}?)" for number, part in enumerate(parts)
        ]
        self._matcher = re.compile("".join(made))

    def captured(self, text: str) -> dict[str, str] | None:
        """What stands at each place; None where the text is not of this form."""
        found = self._matcher.fullmatch(text)
        return None if found is None else found.groupdict()

    @property
    def topic_filter(self) -> str:
        """The MQTT topic filter that covers the pattern: a level with a place becomes `+`."""
        return "/".join("+" if "{" in level else level for level in self.text.split("/"))


def pattern_of(text: str) -> Pattern | None:
    """None for an empty pattern. Raises ValueError: see `Pattern`."""
    return Pattern(text) if text else None
