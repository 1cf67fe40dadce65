"""Controllers of signals: what detectors see in, the stage that is wanted out. Pure: no clock, no simulator."""
