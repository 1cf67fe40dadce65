"""A street that is played: SUMO drives, simulated controllers show, their detectors count, all behind real sockets.

It runs in a process of its own and knows the house only by RSMP. What comes of it is simulated, and says so.
"""
