"""What each role of a city may do: role -> permissions. Grants (which data) come from the assignment, not from here."""

from collections.abc import Mapping

PERMISSIONS: Mapping[str, str] = {
    "context.read": "read entities, their history and the discovery of types and attributes",
    "context.write": "create, change and delete entities",
    "imports.manage": "import files, correct and dismiss rows in quarantine",
    "subscriptions.read": "see subscriptions",
    "subscriptions.write": "create, change and delete subscriptions",
    "registrations.read": "see which other context sources hold a part of what the city knows",
    "registrations.write": "register, change and delete context sources: this broker sends requests to them",
    "incidents.read": "see the events queue",
    "incidents.act": "raise, take over, triage, dispatch, resolve and close an incident",
    "incidents.verify": "verify as a second person that an incident is resolved, and review a broken glass",
    "calls.read": "see who called and what he said; every reading is on record",
    "calls.take": "take emergency calls",
    "calls.ring": "tell of calls as the telephone system hears them",
    "units.dispatch": "send units, and keep their roster",
    "field.link": "speak and listen for field phones (Cursor-on-Target), by a token",
    "crew.act": "accept, refuse, arrive and finish for one's own agency or unit",
    "surveys.fill": "give what a survey in the field asks, and nothing else",
    "surveys.lead": "plan surveys, and bring the phones of surveyors in by a link",
    "procedures.run": "start and lead procedures",
    "stage.set": "set the stage of the city",
    "warnings.draft": "draft, change and withdraw warnings",
    "notices.send": "see what everybody was told, and send again what was given up",
    "contacts.manage": "keep the contacts who are told, with their names and addresses; every reading is on record",
    "warnings.release": "release warnings that somebody else has drafted",
    "console.read": "open the console's pages",
    "replays.run": "start, steer and end replays of the past",
    "exercises.run": "lead an exercise: see its script, steer it, end it",
    "jobs.run": "start and cancel the long computations of services",
    "commands.give": "give commands that reach beyond the house, and be the second person of somebody else's",
    "sources.push": "push data to live sources that wait for it",
    "sources.switch": "switch live sources on and off",
    "services.switch": "start and stop services, run again what their reactions parked",
    "records.read": "read what services keep in tables of their own; readings of personal columns are on record",
    "records.write": "write what services keep in tables of their own",
    "records.erase": "erase a person from the tables of services, for good",
    "tokens.make": "make and revoke tokens of one's own",
    "people.manage": "create, change and disable accounts, see and revoke every token",
    "audit.read": "read the audit trail",
    "house.manage": "settings, registrations, dead letters, backup",
}
"""Every permission that a route may ask for, and what it opens."""

COMMANDS = frozenset({"commands.give"})
"""What an action of a service may ask for; held over the data of the assignment that gives it."""

WHOLE_HOUSE = frozenset({"people.manage", "house.manage"})
"""Reach beyond one tenant and beyond data: only an assignment without limits gives them."""

NEVER_BY_TOKEN = frozenset({"people.manage", "tokens.make"})
"""A stolen token must not be able to make itself a successor."""

_LOOK = frozenset({"context.read", "console.read"})
_WATCH = _LOOK | {"incidents.read"}
_ACT = _WATCH | {"incidents.act"}
_ROOM = _ACT | {
    "incidents.verify",
    "calls.read",
    "units.dispatch",
    "procedures.run",
    "notices.send",
    "warnings.draft",
    "replays.run",
    "commands.give",
}
_CONNECT = frozenset({"subscriptions.read", "subscriptions.write", "registrations.read", "tokens.make"})

ROLES: Mapping[str, frozenset[str]] = {
    "administrator": frozenset(PERMISSIONS),
    "supervisor": _ROOM
    | {
        "stage.set",
        "warnings.release",
        "exercises.run",
        "contacts.manage",
        "jobs.run",
        "surveys.lead",
        "sources.switch",
        "subscriptions.read",
        "audit.read",
    },
    "operator": _ROOM | {"calls.take"},
    "call-taker": _WATCH | {"calls.take", "calls.read"},
    "crew": frozenset({"crew.act"}),
    "surveyor": frozenset({"surveys.fill"}),
    "steward": _WATCH | _CONNECT | {"context.write", "imports.manage", "audit.read", "sources.push"},
    "technician": _WATCH
    | _CONNECT
    | {"context.write", "imports.manage", "house.manage", "replays.run", "jobs.run", "registrations.write"}
    | {"sources.push", "sources.switch", "services.switch", "calls.ring", "field.link", "notices.send"}
    | {"surveys.lead"},
    "department": _ACT
    | _CONNECT
    | {"context.write", "imports.manage", "jobs.run", "commands.give", "sources.push"}
    | {"records.read", "records.write", "surveys.fill", "surveys.lead"},
    "viewer": _WATCH,
    "partner": _LOOK | _CONNECT,
    "public": _LOOK,
}
"""`call-taker` answers the emergency number; `crew` is an agency or a unit in the field, and sees nothing but its own
assignments; `surveyor` counts in the field, and sees nothing but what is to be counted; `steward` keeps the city's
registers right; `technician` runs the server and connects sources; `department` runs one service; `partner` is another
city, a donor or a company; `public` is everyone, where the city opens data."""

PUBLIC = "public"
"""The role of those who do not sign in: never that of an account."""

ASSIGNABLE = frozenset(ROLES) - {PUBLIC}


def permissions_of(role: str, *, whole: bool) -> frozenset[str]:
    """Permissions that a role gives; `whole`: the assignment has no limits. An unknown role gives none."""
    given = ROLES.get(role, frozenset[str]())
    return given if whole else given - WHOLE_HOUSE
