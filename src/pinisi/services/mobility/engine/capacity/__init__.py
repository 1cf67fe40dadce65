"""Capacity, timing and performance of a signalised junction by the Indonesian manual. Pure: numbers in, numbers out.

PKJI 2023 (Pedoman Kapasitas Jalan Indonesia, 09/P/BM/2023, chapter 5 and appendix 12); every value and its source stand
in docs/reference/mobility-junctions.md.
"""
