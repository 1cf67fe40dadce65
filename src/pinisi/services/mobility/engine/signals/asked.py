"""Asking a controller without trusting it to answer."""

from pinisi.services.mobility.engine.signals.demand import Controller, Shown


def asked(controller: Controller, now: float, shown: Shown) -> object:
    """Its demand, or the exception that it died of: the safety layer refuses both alike, by name.

    One that never returns is for whoever runs it in a process of its own: the layer needs no answer.
    """
    try:
        return controller.demand(now, shown)
    except Exception as fault:
        return fault
