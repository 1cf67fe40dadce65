"""The science of the mobility service. Pure: no I/O, no clock, no globals."""
