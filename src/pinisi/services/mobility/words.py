"""What the service calls its own types, attributes, units and code words."""

from pinisi.runtime.strings import words_of

WORDS = words_of("pinisi.services.mobility")
