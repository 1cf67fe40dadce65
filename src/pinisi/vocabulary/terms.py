"""IRIs of the types and attributes that the kernel itself reads or writes."""

NGSI_LD = "https://uri.etsi.org/ngsi-ld/"
DEFAULT_CONTEXT = NGSI_LD + "default-context/"
PINISI = "urn:pinisi:term:"

LOCATION = NGSI_LD + "location"
OBSERVATION_SPACE = NGSI_LD + "observationSpace"
OPERATION_SPACE = NGSI_LD + "operationSpace"
SCOPE = NGSI_LD + "scope"

ADMINISTRATIVE_AREA = PINISI + "AdministrativeArea"
CITY_SYSTEM = PINISI + "CitySystem"
DATA_SOURCE = PINISI + "DataSource"
INCIDENT = PINISI + "Incident"
INDICATOR = PINISI + "Indicator"

ROAD_SEGMENT = "https://smartdatamodels.org/dataModel.Transportation/RoadSegment"

NAME = PINISI + "name"
NOTE = PINISI + "note"
CODE = PINISI + "code"
LEVEL = PINISI + "level"
PART_OF = PINISI + "partOf"
METHOD = PINISI + "method"
PROVIDER = PINISI + "provider"
PERIOD = PINISI + "period"
HOURLY = PINISI + "hourly"
DATA_QUALITY = PINISI + "dataQuality"
