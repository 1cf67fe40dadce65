"""The words of a cancel, where the officer gives none: what is over, in each language of the warning."""

import msgspec

from pinisi.city.text import Language, fill
from pinisi.incidents.cap.compose import Wording
from pinisi.incidents.cap.words import words
from pinisi.incidents.warnings.warning import Draft


def cancel_of(draft: Draft) -> Draft:
    """The draft of a cancel of this one."""
    said = {language: _cancelled(wording, language) for language, wording in draft.words.items()}
    return msgspec.structs.replace(draft, words=said, urgency="Past", responses=("AllClear",), onset=None)


def _cancelled(wording: Wording, language: Language) -> Wording:
    headline = fill(words()["cancel.headline"], headline=wording.headline)
    return Wording(
        event=wording.event,
        headline=str(getattr(headline, language)),
        description=str(getattr(words()["cancel.description"], language)),
        place=wording.place,
    )
