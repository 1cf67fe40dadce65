"""What an entity says, as the console shows a number: label, unit, source, method, age."""

from pinisi.city.value import Value, age_of
from pinisi.city.words import attribute_label, unit_text
from pinisi.runtime.known import Known
from pinisi.services.mobility.words import WORDS
from pinisi.vocabulary.instant import Instant, format_instant

LATE_AFTER_DAYS = 1


def shown(known: Known, attribute: str, now: Instant, dataset: str | None = None) -> Value | None:
    """None where it does not say it, or says neither a number nor a word."""
    said = known.said(attribute, dataset)
    if said is None or isinstance(said.value, bool) or not isinstance(said.value, int | float | str):
        return None
    observed = format_instant(said.observed)
    days, state = age_of(observed, now, LATE_AFTER_DAYS)
    return Value(
        label=WORDS.attributes.get(attribute) or attribute_label(attribute),
        value=said.value,
        value_text=WORDS.values.get(attribute, {}).get(str(said.value)) if isinstance(said.value, str) else None,
        unit=said.unit,
        unit_text=unit_text(said.unit) if said.unit else None,
        method=said.method,
        provider=said.provider,
        observed_at=observed,
        state=state,
        age_days=days,
        entity=known.id,
        attribute=attribute,
        dataset_id=dataset,
    )
