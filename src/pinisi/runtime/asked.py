"""What a field of a job's input or a command's says of itself beside its type: label, unit, which entity it names.

```python
class Sound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    siren: Annotated[str, asked(TEXTS["siren"], entity=("Siren",))]
    seconds: Annotated[int, asked(TEXTS["seconds"], unit="SEC", ge=1, le=180)]
```
The console draws the form of it; JSON Schema has it as `x-label`, `x-hint`, `x-unit`, `x-entity`, `x-choices`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.text import Text


def asked(
    label: Text,
    *,
    hint: Text | None = None,
    unit: str = "",
    entity: Sequence[str] = (),
    choices: Mapping[str, Text] | None = None,
    **bounds: Any,
) -> msgspec.Meta:
    """
    Args:
        label: what the field is called; `hint` says more beneath it.
        unit: UN/CEFACT code of a number.
        entity: the text is the id of an entity of one of these types, by short name.
        choices: what the words of a `Literal` mean.
        bounds: those of `msgspec.Meta` (`ge`, `le`, `min_length` ...).
    """
    said: dict[str, Any] = {"x-label": msgspec.to_builtins(label)}
    if hint is not None:
        said["x-hint"] = msgspec.to_builtins(hint)
    if unit:
        said["x-unit"] = unit
    if entity:
        said["x-entity"] = list(entity)
    if choices:
        said["x-choices"] = {word: msgspec.to_builtins(text) for word, text in choices.items()}
    return msgspec.Meta(title=label.en, extra_json_schema=said, **bounds)
