"""Notices put into one message in the language of its receiver. Pure."""

from collections.abc import Sequence

from pinisi.city.text import Language, Text
from pinisi.incidents.notices.contact import Contact
from pinisi.incidents.notices.happening import Notice
from pinisi.incidents.notices.outbox import Reached
from pinisi.incidents.notices.sending import Outgoing, Part
from pinisi.incidents.notices.wording import said
from pinisi.vocabulary.instant import format_instant

RULE = "\n\n----------\n\n"


def composed(id: str, contact: Contact, reached: Reached, notices: Sequence[Notice], city: str, link: str) -> Outgoing:
    """One message of all of them, the oldest first."""
    language = contact.language
    parts = tuple(_part(notice, language) for notice in notices)
    foot = said("foot", city=city)
    texts = [part.text for part in parts] if len(parts) == 1 else [f"{part.title}\n{part.text}" for part in parts]
    ending = [_in(said("link", link=link), language)] if link else []
    ending.append(f"-- \n{_in(foot, language)}")
    return Outgoing(
        id=id,
        channel=contact.channel,
        name=reached.name,
        address=reached.address,
        secret=reached.secret,
        language=language,
        subject=_subject(notices, language),
        text=RULE.join(texts) + "\n\n" + "\n\n".join(ending),
        parts=parts,
        exercise=any(notice.exercise for notice in notices),
        link=link,
    )


def _subject(notices: Sequence[Notice], language: Language) -> str:
    first = _in(notices[0].title, language)
    if len(notices) == 1:
        return first
    bundle = said("bundle", count=str(len(notices)), title=first)
    if any(notice.exercise for notice in notices) and not notices[0].exercise:
        bundle = said("bundled-exercise", title=bundle)
    return _in(bundle, language)


def _part(notice: Notice, language: Language) -> Part:
    return Part(
        id=notice.key,
        on=notice.on,
        at=format_instant(notice.at),
        title=_in(notice.title, language),
        text=_in(notice.text, language),
        exercise=notice.exercise,
        incident=notice.incident or None,
        priority=notice.priority or None,
        agency=notice.agency or None,
    )


def _in(text: Text, language: Language) -> str:
    return str(getattr(text, language))
