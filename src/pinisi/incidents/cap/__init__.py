"""The Common Alerting Protocol 1.2 (OASIS, 1 July 2010): read, judged, written, signed, published.

Pure: nothing here opens a file or a socket, or asks what time it is.
"""
