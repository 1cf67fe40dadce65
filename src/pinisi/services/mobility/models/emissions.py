"""Emissions of the traffic that was counted, as entities.

`EmissionRecord` (see `pinisi.vocabulary.emission`): one for each road and hour in which somebody counted. Beside what
every record says: `refCounts` (ids), `countedMinutes` (MIN: for how long of the hour somebody counted; nothing is
extrapolated), `classBasis` (`counted`, or `shares`: by the city's turning counts), `activityByClass` (JSON: of each
class vehicle-kilometres, CO2 in kilograms, its factor with source and year).

`EmissionTotal` (Pinisi): the sums of a period, one for each kelurahan and kecamatan in which the middle of a counted
road lies (`refArea`, `level`), one for the city (`level` city). The same attributes, and `countedRoads`,
`countedRoadHours`; `emissionBand`: the fifth among the areas of its level by CO2 a square kilometre. Its history is the
days. Of the city also `leftOutCounts` and `contextLeftOut` (JSON: which, and why). Nothing simulated is in it.
"""

EMISSION_TOTAL = "EmissionTotal"
CITY_ID = f"urn:ngsi-ld:{EMISSION_TOTAL}:city"
MODEL = "Vehicle-kilometres of counts times grams a kilometre"
VERSION = "Pinisi 1"
