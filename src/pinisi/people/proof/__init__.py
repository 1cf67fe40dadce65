"""The proof of an audit trail: checks exported trails with nothing but Python's own library.

This folder imports nothing of Pinisi, so that whoever does not trust the house can read it whole and run it alone:
`pinisi audit verifier FILE` packs it into one file that `python FILE EXPORT` runs.
"""
