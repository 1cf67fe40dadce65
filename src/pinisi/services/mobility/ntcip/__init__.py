"""Controllers that speak NTCIP 1202 (actuated signal controllers) over SNMP."""
