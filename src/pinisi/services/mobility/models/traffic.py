"""How fast the roads are, how congested, and what the next hour brings.

`TrafficFlowObserved` (Smart Data Models, dataModel.Transportation): what a detector, a camera or traces tell of one
road and one class of vehicle. `averageVehicleSpeed` (KMH; MTS and HM are understood), above 0; `vehicleType`
(`motorcycle`, `car` ...; without it all together); `refRoadSegment`: the `RoadSegment` it is of. `freeFlowSpeed` (KMH):
the city's word for the free speed there.

`RoadTraffic` (Pinisi): one for each of them. From its past: `freeSpeed` (KMH) and `freeSpeedBasis` (`given`, `night`,
`all-day`); over the peaks of working days `travelTimeIndex`, `planningTimeIndex` (no unit), `bufferIndex` (P1) of
`peakValues`. From now: `speedNow` (KMH), `speedShare` (P1 of the free speed), `trafficState` (`free`, `slow`,
`congested`), by `congestedBelow` (P1) of the rule `congestionRuleBasis` (`city`, `default`).

`CongestionRule` (Pinisi): the city's written rule, one entity: `congestedBelow` (P1 of the free speed),
`congestionMinutes` (MIN), `hoursAheadOfUtc` (HUR; without it the zone of the longitude).

`CityTraffic` (Pinisi): one for each class of vehicle and one (`all`) for speeds without class: `congestedRoads` of
`judgedRoads` (those that spoke in the last half hour) of `knownRoads`, `congestedRoadsShare` (P1).

`TrafficForecast` (Pinisi): one for each `TrafficFlowObserved`. `forecastOf`; `speedAhead` (JSON): `at`, `value`, `low`
and `high` (nine times in ten between them) of each five minutes of the next hour; `lowestSpeed` (KMH) and
`lowestSpeedAt`; `learntFrom` (HUR). The numbers have the dataset `TRAFFIC_FORECAST`. How good such forecasts have been:
`errorAt15`, `errorAt60` beside `lastSpeedErrorAt15`, `lastSpeedErrorAt60` of the last speed again and `usualErrorAt60`
of the mean of the hour of the day (mean absolute errors at 15 and 60 minutes ahead, KMH), `intervalHeld` (P1) at 60, of
`comparedValues` over `comparedDays` (DAY). What the forecast of the network says has the dataset
`NETWORK_FORECAST_DATA`.

`NetworkForecast` (Pinisi): one for each class of vehicle and one (`all`). Of the roads together, told every quarter of
an hour: `forecastRoads`, `silentRoads`, `learntFrom` (HUR) and `learntUntil`, and the same errors, at 15 and 60 the
mean of the steps up to there, on `errorBasis`: `as-told` (what was forecast over the last days, with what came) or
`held-back` (until there is a day of that: the fifth of the past that was held back when it was learnt).
"""

OBSERVED, ROAD_TRAFFIC, FORECAST, RULE, CITY_TRAFFIC = (
    "TrafficFlowObserved",
    "RoadTraffic",
    "TrafficForecast",
    "CongestionRule",
    "CityTraffic",
)
NETWORK_FORECAST = "NetworkForecast"
TRAFFIC_TYPES = (OBSERVED, ROAD_TRAFFIC, FORECAST, CITY_TRAFFIC, NETWORK_FORECAST)
TRAFFIC_FORECAST = "urn:ngsi-ld:Dataset:traffic-forecast"
NETWORK_FORECAST_DATA = "urn:ngsi-ld:Dataset:network-forecast"
SPEED = "averageVehicleSpeed"
ALL_VEHICLES = "all"


def beside(type: str, observed: str) -> str:
    """The id of what stands beside `urn:ngsi-ld:TrafficFlowObserved:NAME`."""
    return f"urn:ngsi-ld:{type}:{observed.rpartition(':')[2]}"
