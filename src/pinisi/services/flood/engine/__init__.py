"""The science of the flood service: from what citizens report to what is probably under water.

Pure: no I/O, no clock. docs/reference/flooded.md has the model, its figures and what was tried.
"""
