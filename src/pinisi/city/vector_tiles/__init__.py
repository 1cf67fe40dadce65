"""Vector tiles of the city's own map: Mapbox Vector Tile 2.1 in a PMTiles 3 archive, without any other program."""
