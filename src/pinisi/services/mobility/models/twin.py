"""What the twin tells of itself, as entities. All types are Pinisi's own.

`TwinNetwork`: roads that are simulated, one for each source of them. `networkDigest`: names file and choices: the same
digest, the same network. `builtFrom`: the file; `demandFile`: the route file that came with it. `edgeCount` (directed
pieces of road), `junctionCount`, `signalCount`: counts; `roadLength` (KMT, each direction for itself). `drivingSide`:
left or right. `signalsNotFound`: places (longitude, latitude) where the city says signals and the file has no crossing.
`validFrom`: when the extract was true, where it says. `location`: its outline, where the file says where it lies.
"""

NETWORK = "TwinNetwork"


def network_id(source: str) -> str:
    return f"urn:ngsi-ld:{NETWORK}:{source}"
