"""What is asked of everything that mobility prints."""

import msgspec

from pinisi.city.text import Language


class InLanguage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lang: Language = "id"
