"""How likely a call is no emergency, from what its line did before. A hint with its reasons, never a gate.

The share of earlier calls of the line that were pranks or silent, older ones counting less, drawn towards the city's
share as long as little is known (beta-binomial shrinkage), then shifted in odds by what happens now. The weights are
defaults of Pinisi: no record of real calls was at hand to fit them.
"""

from collections.abc import Sequence

import msgspec

from pinisi.city.text import Text, fill
from pinisi.incidents.calls.call import Past
from pinisi.vocabulary.instant import SECOND, Instant

CITY_SHARE = 0.33
"""Of the calls that reach somebody, pranks and silent ones: Kendari 112 in 2025 about a third; a city sets its own."""
PRIOR_CALLS = 3.0
"""How many calls of the line weigh as much as what is known of the city."""
HALF_LIFE_S = 30 * 86_400
RECENT_S = 600
SWARM_S, SWARM = 3_600, 3
_NO_EMERGENCY = frozenset({"prank", "silent"})

HISTORY = Text(
    id="{pranks} dari {calls} panggilan sebelumnya iseng atau tanpa suara",
    en="{pranks} of {calls} earlier calls were pranks or silent",
    ja="過去 {calls} 件の通報のうち {pranks} 件がいたずらまたは無言",
)
JUST_NOW = Text(
    id="nomor ini iseng {minutes} menit lalu",
    en="a prank from this line {minutes} minutes ago",
    ja="この番号から {minutes} 分前にいたずら",
)
SWARMING = Text(
    id="{calls} panggilan dalam satu jam terakhir",
    en="{calls} calls within the last hour",
    ja="この 1 時間に {calls} 件の通報",
)
REAL = Text(
    id="nomor ini sudah melaporkan kejadian nyata yang masih ditangani",
    en="this line reported a real incident that is still open",
    ja="この番号は対応中の実際の事案を通報している",
)


class PrankScore(msgspec.Struct, frozen=True):
    """`score`: 0 to 100 per cent; `reasons` in the order of their weight, empty where nothing is known of the line."""

    score: int
    reasons: tuple[Text, ...] = ()


def prank_score(
    history: Sequence[Past], now: Instant, *, open_incidents: frozenset[str] = frozenset(), share: float = CITY_SHARE
) -> PrankScore:
    """What the earlier calls of a line say of the next one.

    `open_incidents` are those of the line's calls that are still worked on; `share` is the city's own.
    """
    weights = [(0.5 ** (max(0, now - call.at) / SECOND / HALF_LIFE_S), call) for call in history]
    known = sum(weight for weight, _ in weights)
    idle = sum(weight for weight, call in weights if call.kind in _NO_EMERGENCY)
    chance = (idle + PRIOR_CALLS * share) / (known + PRIOR_CALLS)
    reasons: list[Text] = []
    odds = chance / (1 - chance)
    pranks = [call for call in history if call.kind in _NO_EMERGENCY]
    if pranks:
        reasons.append(fill(HISTORY, pranks=len(pranks), calls=len(history)))
    ages = [(now - call.at) // SECOND for call in pranks]
    if ages and min(ages) < RECENT_S:
        odds *= 2
        reasons.append(fill(JUST_NOW, minutes=max(1, round(min(ages) / 60))))
    lately = sum(1 for call in history if (now - call.at) / SECOND < SWARM_S)
    if lately >= SWARM and not open_incidents:
        odds *= 1.5
        reasons.append(fill(SWARMING, calls=lately))
    if open_incidents & {call.incident for call in history}:
        odds /= 8
        reasons.insert(0, REAL)
    return PrankScore(round(100 * odds / (1 + odds)), tuple(reasons))
