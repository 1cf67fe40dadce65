"""The words of the command line, by what people do. Each module adds its commands; `pinisi.commands` acts.

Imports stay inside the functions, so that a command loads only what it needs.
"""
