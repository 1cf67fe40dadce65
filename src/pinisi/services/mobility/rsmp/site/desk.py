"""The site's answers: questions and commands in, messages out. RSMP core 3.2.2, "Status messages", "Command messages",
"Alarm messages", "Aggregated status message", "Error handling".
"""

from pinisi.services.mobility.rsmp.judgement import (
    Unfitting,
    alarm_of,
    command_of,
    commands_in,
    judge_subscription,
    status_argument,
)
from pinisi.services.mobility.rsmp.messages import (
    AggregatedStatus,
    AggregatedStatusRequest,
    Alarm,
    Answered,
    CommandRequest,
    CommandResponse,
    Content,
    Quality,
    StatusName,
    StatusRequest,
    StatusResponse,
    StatusSubscribe,
    StatusUnsubscribe,
    StatusValue,
    Wanted,
)
from pinisi.services.mobility.rsmp.moments import stamp
from pinisi.services.mobility.rsmp.site.equipment import Equipment
from pinisi.services.mobility.rsmp.site.subscriptions import Read, Subscriptions
from pinisi.services.mobility.rsmp.site.traffic import COUNTS, EVERY
from pinisi.vocabulary.instant import SECOND, Instant

WRONG_CODE = "Incorrect security code"
"""As SXL 1.2.1, "Security codes", wants the reason."""


class Desk:
    def __init__(self, equipment: Equipment) -> None:
        self._equipment = equipment
        self._bits: tuple[bool, ...] = ()
        self.subscriptions = Subscriptions()

    @property
    def restarts(self) -> int:
        return self._equipment.restarts

    def judge(self, message: Content, now: Instant) -> str:
        """Why a message cannot be taken; empty where it can."""
        try:
            match message:
                case StatusRequest() | StatusUnsubscribe() | StatusSubscribe():
                    self._judge_statuses(message)
                case CommandRequest():
                    self._judge_commands(message, now)
                case Alarm():
                    self._judge_alarm(message)
                case AggregatedStatusRequest():
                    self._judge_aggregated(message)
                case _:
                    return f"{type(message).__name__} is not for a site"
        except Unfitting as error:
            return str(error)
        return ""

    def answer(self, message: Content, now: Instant) -> list[Content]:
        """The answers to a message that was judged to be sound."""
        match message:
            case StatusRequest():
                return [self._response(message, now)]
            case StatusSubscribe():
                read = self._reader(now)
                update = self.subscriptions.begin(message.component, message.wanted, read, now)
                return [] if update is None else [update]
            case StatusUnsubscribe():
                self.subscriptions.end(message.component, message.asked)
                return []
            case CommandRequest():
                return [self._carry_out(message, now)]
            case Alarm():
                return [self._equipment.change_alarm(message, now)]
            case _:
                return [self.aggregated(now)]

    def opening(self, now: Instant) -> list[Content]:
        """What a link begins with: aggregated status, then all alarms ("Communication establishment", 9 and 10)."""
        return [self.aggregated(now), *self._equipment.alarms()]

    def due(self, now: Instant) -> list[Content]:
        """What time and change bring: updates that are subscribed, aggregated status where a bit changed."""
        changed = [self.aggregated(now)] if self._equipment.bits(now) != self._bits else []
        return [*changed, *self.subscriptions.due(self._reader(now), now, self._equipment.counted)]

    def aggregated(self, now: Instant) -> AggregatedStatus:
        self._bits = self._equipment.bits(now)
        return AggregatedStatus(
            component=self._equipment.main, at=stamp(now), position=None, state=None, bits=self._bits
        )

    def _judge_statuses(self, message: StatusRequest | StatusUnsubscribe | StatusSubscribe) -> None:
        names: tuple[StatusName | Wanted, ...] = (
            message.wanted if isinstance(message, StatusSubscribe) else message.asked
        )
        if not names:
            raise Unfitting("sS: nothing is asked for")
        object = self._equipment.components.get(message.component)
        for one in names:
            status_argument(one.code, one.name, object)
        if isinstance(message, StatusSubscribe):
            judge_subscription(message.wanted)
            _judge_counts(message.wanted)

    def _judge_commands(self, message: CommandRequest, now: Instant) -> None:
        object = self._equipment.components.get(message.component)
        if object is None:
            return
        for code, arguments in commands_in(message, object).items():
            level = command_of(code).security
            if level and not self._equipment.opens(level, arguments["securityCode"]):
                raise Unfitting(WRONG_CODE)
            if reason := self._equipment.refusal(message.component, code, arguments, now):
                raise Unfitting(reason if reason == WRONG_CODE else f"{code} {reason}")

    def _judge_alarm(self, message: Alarm) -> None:
        object = self._equipment.components.get(message.component)
        if object is None:
            raise Unfitting(f"cId: {message.component[:40]!r} is no component of this site")
        alarm_of(message.code, object)
        if message.purpose not in ("Request", "Acknowledge", "Suspend", "Resume"):
            raise Unfitting(f"aSp: {message.purpose[:40]!r} is not what a supervisor asks")

    def _judge_aggregated(self, message: AggregatedStatusRequest) -> None:
        if message.component != self._equipment.main:
            raise Unfitting(f"cId: {message.component[:40]!r} has no aggregated status; {self._equipment.main} has")

    def _response(self, message: StatusRequest, now: Instant) -> StatusResponse:
        values = [self._value(message.component, name, now) for name in message.asked]
        return StatusResponse(component=message.component, at=stamp(now), values=tuple(values))

    def _reader(self, now: Instant) -> Read:
        return lambda component, name: self._value(component, name, now)

    def _value(self, component: str, name: StatusName, now: Instant) -> StatusValue:
        if component not in self._equipment.components:
            return StatusValue(code=name.code, name=name.name, value=None, quality="undefined")
        values = self._equipment.read(component, name.code, now)
        if values is None or name.name not in values:
            return StatusValue(code=name.code, name=name.name, value=None, quality="unknown")
        return StatusValue(code=name.code, name=name.name, value=values[name.name], quality="recent")

    def _carry_out(self, message: CommandRequest, now: Instant) -> CommandResponse:
        object = self._equipment.components.get(message.component)
        ages: dict[str, Quality] = {}
        if object is not None:
            for code, arguments in commands_in(message, object).items():
                done = self._equipment.perform(message.component, code, arguments, now)
                ages[code] = "recent" if done else "unknown"
        values = [
            Answered(
                code=given.code,
                name=given.name,
                value=given.value if ages.get(given.code) == "recent" else None,
                age=ages.get(given.code, "undefined"),
            )
            for given in message.arguments
        ]
        return CommandResponse(component=message.component, at=stamp(now), values=tuple(values))


def _judge_counts(wanted: tuple[Wanted, ...]) -> None:
    for one in wanted:
        if one.code in COUNTS and float(one.every) * SECOND != EVERY:
            raise Unfitting(f"uRt: {one.code} is counted by the second here: 1, not {one.every[:40]}")
