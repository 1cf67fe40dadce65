"""Operations that reach other context sources (NGSI-LD 4.3.6): who is asked for what, how, and what comes of it.

Nothing that a source answers is ever stored. What belongs to HTTP on the asking side lies in `console/federated_*`.
"""
