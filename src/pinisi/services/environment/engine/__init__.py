"""The science of the environment service: values in, verdicts, indices and forecasts out.

Pure: no I/O, no clock, no state. One file one idea; docs/reference/environment-engine.md has the tables and sources.
"""
