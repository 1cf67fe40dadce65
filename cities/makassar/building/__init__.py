"""How the folder is made from the collected files: areas, registers, basemap. Not needed to run the city."""
