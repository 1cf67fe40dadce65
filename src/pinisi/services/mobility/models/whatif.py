"""What-ifs and the emissions of traffic, as entities. All values are simulated and have the dataset `WHAT_IF`.

`WhatIf` (Pinisi): one for each name. What is so now ends in `Before`, what would be has the plain name; both are
means over the seeds. `meanDelay` (SEC, time lost and waiting to get in, of every due vehicle), `meanTravelTime` (SEC,
of those that arrived), `meanQueue` (vehicles that stand, on average), `completedVehicles`, `vehiclesNotIn` (due, but
never on the road), `vehicleKilometres` (KMT), `co2Mass` (KGM), `co2PerKilometre` (GRM: grams a vehicle-kilometre).
`comparison` (JSON): of each of them mean, least and most over the seeds, before and after. `changedRoads`,
`changedSignals`: names in the network. `vehiclesCutOff`: who finds no way. `readFromContext` (JSON): network, plans,
counts and closures that both sides were made of: how many, of when, which; `plansUsed`, `closuresUsed`, `countsUsed`;
`contextLeftOut` (JSON): what could not be used, and why. `countsWithinFive` (P1: share of counts whose GEH is below 5),
`countFits` (JSON).
`motorcycleShare` (P1), `seedCount`, `simulatedMinutes` (MIN),
`timesFasterThanReal`; `emissionModel`, `modelVersion`, `methodNote` in words; `refTwinNetwork`.

`WhatIfRoad` (Pinisi): one road of a what-if, those where most changes: `meanQueue`, `roadDelay` (HUR, of all vehicles
together), `co2Mass` (KGM), `vehicleKilometres` (KMT), `averageVehicleSpeed` (KMH), each with its `Before`;
`refWhatIf`, `location`.

`EmissionRecord`: see `pinisi.vocabulary.emission`.
"""

WHAT_IF, WHAT_IF_ROAD = "WhatIf", "WhatIfRoad"
DATASET = "urn:ngsi-ld:Dataset:what-if"


def what_if_id(slug: str) -> str:
    return f"urn:ngsi-ld:{WHAT_IF}:{slug}"
