"""Many events, few incidents: which of them are probably the same, and which of those call an operator now.

Pure: no I/O, no clock. The same events in the same order give the same decisions; `recall` takes up kept ones after a
restart. docs/reference/grouping.md has the rules, the defaults and their reasons.
"""
