"""The running signal control of the city: detectors in, a controller, the safety layer, orders by RSMP out.

`post` is one junction; `control_source` waits for the controllers in the street and lets each post decide once a
second; `signal_action` is how people change what runs. docs/reference/mobility-atcs.md tells the whole.
"""
