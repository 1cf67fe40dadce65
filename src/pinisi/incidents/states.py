"""The states of an incident and what they are called together."""

from typing import Literal

State = Literal[
    "unacknowledged",
    "acknowledged",
    "returned",
    "shelved",
    "suppressed",
    "open",
    "triaged",
    "dispatched",
    "onScene",
    "resolved",
    "verified",
    "closed",
]
"""The first five are those of an alarm (ISA-18.2), the others those of an incident."""

Severity = Literal["danger", "caution", "information"]
Channel = Literal[
    "call", "citizen-report", "sensor", "camera", "warning", "forecast", "by-hand", "rule", "source-failure", "other"
]
"""How it came to the house."""

ALARM: tuple[State, ...] = ("unacknowledged", "acknowledged", "returned", "shelved", "suppressed")
UNDER_WAY: tuple[State, ...] = ("open", "triaged", "dispatched", "onScene")
"""An incident that people work on."""
INCIDENT_STATES: tuple[State, ...] = (*UNDER_WAY, "resolved", "verified", "closed")
OPEN: tuple[State, ...] = (*ALARM, *UNDER_WAY, "resolved", "verified")
"""Not closed."""
LOUD: tuple[State, ...] = ("unacknowledged", "acknowledged", "returned")
"""Alarms that are neither shelved nor suppressed."""
QUIET: tuple[State, ...] = ("shelved", "suppressed")
"""Open, but asking nobody now."""
STATES: tuple[State, ...] = (*OPEN, "closed")
