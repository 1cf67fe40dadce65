"""RSMP, the Road Side Message Protocol, core 3.1.2 to 3.2.2, with the signal exchange list of traffic lights 1.2.1.

`supervisor` is the city's side, `site` a traffic light controller in the street, simulated. Both speak by `session`,
which does no I/O. docs/reference/mobility-rsmp.md tells clause by clause what is there.
"""
