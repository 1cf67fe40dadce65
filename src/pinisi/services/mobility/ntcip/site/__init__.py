"""A simulated controller that speaks NTCIP 1202: an SNMP agent of version 1 over a junction behind the safety layer."""
