"""The record of an emission: what the carbon account of a city reads, whichever service wrote it.

`EmissionRecord` (Pinisi). It says of one activity in one period, and in one place:

- `emissionActivity` and its unit (`KMT`: vehicle-kilometres); `activityKind`: what was done (`roadTraffic`).
- `co2Mass`, `noxMass`, `pmMass`, `coMass`, `hcMass` (KGM): the mass of each gas; `co2MassLow`, `co2MassHigh`: the
  interval of CO2, and `intervalBasis` in words.
- `emissionFactor` (GRM for each unit of activity, of CO2) with `factorSource` and `factorYear`.
- `emissionModel`, `modelVersion`: of what computed it.
- `validFrom`, `validTo`: the period. `refRoadSegment`, `refArea`, `location`: where.

A simulated record says `method` simulated and has a `datasetId`: it is no measurement, and a difference of two of them
is never a saving achieved. No gas is written that the model does not tell.
"""

EMISSION_RECORD = "EmissionRecord"
