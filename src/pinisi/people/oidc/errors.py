"""What can go wrong between this house, a provider of accounts, and a person who signs in."""

from typing import Literal

Reason = Literal[
    "again", "cancelled", "refused-there", "silent", "not-believed", "unknown", "unconfirmed", "no-role", "disabled"
]


class NotBelieved(Exception):
    """What the provider (or somebody in its name) said does not hold; the text is for the house's own log."""


class ProviderSilent(Exception):
    """The provider cannot be reached, or does not speak as it should; the text says what was asked of whom."""


class Denied(Exception):
    """No session begins. `reason` chooses the words for the person, `detail` is for the house's own log only.

    `subject` is how the provider names him: what an administrator needs to let him in.
    """

    def __init__(self, reason: Reason, detail: str = "", subject: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: Reason = reason
        self.detail = detail
        self.subject = subject
