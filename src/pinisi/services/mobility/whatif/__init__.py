"""What would happen if: two runs of the twin side by side, over the same demand, before anybody builds or closes it."""
