"""Passwords and keys that sources need: from the environment or a file, never in entities, logs or answers.

A secret NAME is the environment variable `PINISI_SECRET_NAME` (capitals, `_` for `-`) or the file `secrets/NAME` of the
data folder.
"""

import os
import re
from pathlib import Path

from pinisi.runtime.source import TransportFailed

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
FOLDER = "secrets"
LONGEST = 4_096


def variable_of(name: str) -> str:
    return "PINISI_SECRET_" + name.upper().replace("-", "_")


def secret_of(data: Path, name: str) -> str:
    """The secret without the line's end.

    Raises:
        TransportFailed: there is none, or the file cannot be read; says where to put it.
    """
    if _NAME.fullmatch(name) is None:
        raise TransportFailed(f"secret {name[:80]!r}: a name has lower-case letters, digits and dashes")
    given = os.environ.get(variable_of(name))
    if given:
        return given
    path = data / FOLDER / name
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise TransportFailed(f"the secret {name} is not there: put it into {path} or {variable_of(name)}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise TransportFailed(f"the secret {name} cannot be read: {error}") from None
    secret = text.strip("\r\n")
    if not secret or len(secret) > LONGEST:
        raise TransportFailed(f"the secret {name} in {path} is empty or longer than {LONGEST} characters")
    return secret
