"""What the city knows: the NGSI-LD context broker."""
