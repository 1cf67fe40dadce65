"""The signals of a junction: groups, conflicts, stages, plans; what may be shown, and the stored plan.

All times are seconds. Nothing here reads a clock: whoever calls says what time it is. The words are those of RSMP's
signal exchange list for traffic light controllers 1.2.1 (signal group, time plan, cycle time, offset, detector logic)
and, for what that list does not name, of the German RiLSA 2015 (stage, intergreen, red-amber), in English.
"""
