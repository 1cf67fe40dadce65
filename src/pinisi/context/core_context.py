"""The core @context of NGSI-LD as a table of its terms (ETSI GS CIM 009, annex B), versions 1.3 to 1.9.

Each line below names the version in which terms appeared, how their values are to be read, and the terms. A term
stands for `ngsi-ld:TERM` unless `=` says otherwise; `-1.x` after the version is the last version that has it.
The documents that other programs expect at the well-known addresses are written from the same table.
"""

from typing import Any

import msgspec

from pinisi.vocabulary.terms import DEFAULT_CONTEXT, NGSI_LD

GEOJSON = "https://purl.org/geojson/vocab#"
VERSIONS = ("1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9")
LATEST = VERSIONS[-1]
CORE_URL = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"
UNVERSIONED_URL = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld"
PREFIXES = {"ngsi-ld": NGSI_LD, "geojson": GEOJSON}

MEMBERS = frozenset((
    "type", "value", "object", "languageMap", "vocab", "json", "valueList", "objectList", "observedAt", "datasetId",
    "unitCode", "objectType", "valueType", "expiresAt", "createdAt", "modifiedAt", "deletedAt", "instanceId", "scope",
    "entity", "entityList", "previousValue", "previousObject", "previousLanguageMap", "previousVocab", "previousJson",
    "previousValueList", "previousObjectList", "entityIdSealed", "entityTypeSealed", "values", "objects",
    "languageMaps", "vocabs", "jsons", "valueLists", "objectLists", "dataset",
))  # fmt: skip
"""Members of entities and attributes with a meaning of their own: never the name of an attribute (NGSI-LD 4.5.1)."""

VALUE_MEMBERS = frozenset(("value", "object", "languageMap", "vocab", "json", "valueList", "objectList"))
"""Of these the members that carry a value: they are no non-reified Properties, and may name an attribute of an entity
that is written out (4.5.1 forbids the others)."""

_TABLE = """
1.3 plain Attribute AttributeList ContextSourceNotification ContextSourceRegistration Date DateTime EntityType
1.3 plain EntityTypeInfo EntityTypeList GeoProperty Notification Property Relationship Subscription TemporalProperty
1.3 plain Time
1.3 plain Feature=geojson:Feature FeatureCollection=geojson:FeatureCollection LineString=geojson:LineString
1.3 plain GeometryCollection=geojson:GeometryCollection MultiLineString=geojson:MultiLineString Point=geojson:Point
1.3 plain MultiPoint=geojson:MultiPoint MultiPolygon=geojson:MultiPolygon Polygon=geojson:Polygon
1.3 plain accept csf data detail endpoint entities entityCount error errors format geoQ geometry=geojson:geometry
1.3 plain description=http://purl.org/dc/terms/description title=http://purl.org/dc/terms/title
1.3 plain geoproperty georel idPattern information isActive location managementInterval notification
1.3 plain observationInterval observationSpace operationSpace properties=geojson:properties q reason
1.3 plain registrationName status subscriptionName temporalQ throttling timeInterval timeproperty timerel
1.3 plain timesSent triggerReason unchanged unitCode updated uri value=ngsi-ld:hasValue
1.3-1.4 plain attributeCount=attributeCount attributeDetails=attributeDetails
1.3 vocab attributeList attributeName attributeNames attributeTypes attributes propertyNames relationshipNames
1.3 vocab typeList typeName typeNames watchedAttributes
1.3 id datasetId entityId instanceId object=ngsi-ld:hasObject subscriptionId success
1.3 datetime createdAt endAt endTimeAt expiresAt lastFailure lastNotification lastSuccess modifiedAt notifiedAt
1.3 datetime observedAt startAt timeAt
1.3 list bbox=geojson:bbox coordinates=geojson:coordinates values=ngsi-ld:hasValues
1.3-1.5 idlist objects=ngsi-ld:hasObjects
1.3 set features=geojson:features
1.4 list avg distinctCount max min stddev sum sumsq totalCount
1.5 plain LanguageProperty lang scope scopeQ
1.5-1.7 plain attributeCount attributeDetails
1.5 language languageMap=ngsi-ld:hasLanguageMap
1.5 id tenant
1.6 plain attrs cacheDuration contextSourceInfo cooldown key=ngsi-ld:hasKey localOnly management mode
1.6 plain notificationTrigger notifierInfo notUpdated operations previousValue=ngsi-ld:hasPreviousValue receiverInfo
1.6 plain refreshRate registrationId showChanges sysAttrs timeout timesFailed
1.6 datetime deletedAt
1.6 list languageMaps=ngsi-ld:hasLanguageMaps objects=ngsi-ld:hasObjects
1.6 language previousLanguageMap=ngsi-ld:hasPreviousLanguageMap
1.6 id previousObject=ngsi-ld:hasPreviousObject
1.7-1.7 plain VocabularyProperty
1.7 index dataset=ngsi-ld:hasDataset
1.7 vocab previousVocab=ngsi-ld:hasPreviousVocab vocab=ngsi-ld:hasVocab
1.7 list vocabs=ngsi-ld:hasVocabs
1.8 plain ContextSourceIdentity JsonProperty ListProperty ListRelationship VocabProperty
1.8 plain containedBy=ngsi-ld:isContainedBy contextSourceAlias contextSourceUptime entity expandValues join
1.8 plain joinLevel=ngsi-ld:hasJoinLevel jsonKeys linkedMaps omit pick
1.8-1.8 plain attributeCount=attributeCount attributeDetails=attributeDetails entityMap=ngsi-ld:hasEntityMap
1.8-1.8 plain geometryProperty=geojson:geometryProperty
1.8 json contextSourceExtras json=ngsi-ld:hasJSON previousJson=ngsi-ld:hasPreviousJson
1.8 datetime contextSourceTimeAt
1.8 list entityList jsons objectList=ngsi-ld:hasObjectList previousObjectList=ngsi-ld:hasPreviousObjectList
1.8 list previousValueList=ngsi-ld:hasPreviousValueList valueList=ngsi-ld:hasValueList valueLists=ngsi-ld:hasValueLists
1.8-1.8 list objectsLists=ngsi-ld:hasObjectsLists
1.8 vocab objectType=ngsi-ld:hasObjectType
1.9 plain EntityMap ExecutionResultDetails Snapshot SnapshotNotification aggrMethods aggrParams aggrPeriodDuration
1.9 plain attributeCount attributeDetails collation entityMapLifetime=ngsi-ld:hasEntityMapLifetime jsonldContext
1.9 plain langString=http://www.w3.org/1999/02/22-rdf-syntax-ns#langString
1.9 plain lastN ngsildConformance ordering resultStatus snapshotId snapshotLifetime snapshotPriority snapshotStatus
1.9 plain splitEntities=ngsi-ld:hasSplitEntities
1.9 index entityMap=ngsi-ld:hasEntityMap
1.9 datetime lastUsedAt
1.9 list objectLists=ngsi-ld:hasObjectLists orderBy snapshotQueries snapshotQueriesDetails snapshotTemporalQueries
1.9 list snapshotTemporalQueriesDetails
1.9 json problemDetails
1.9 proof ngsildproof
1.9 vocab valueType=ngsi-ld:hasValueType
"""

_DEFINITION: dict[str, dict[str, str]] = {
    "vocab": {"@type": "@vocab"},
    "id": {"@type": "@id"},
    "datetime": {"@type": "DateTime"},
    "json": {"@type": "@json"},
    "list": {"@container": "@list"},
    "idlist": {"@type": "@id", "@container": "@list"},
    "set": {"@container": "@set"},
    "language": {"@container": "@language"},
    "index": {"@container": "@index"},
}

PROOF_CONTEXT = "https://w3id.org/security/data-integrity/v2"
_PROOF: dict[str, Any] = {
    "@context": [
        {
            "entityIdSealed": "ngsi-ld:entityIdSealed",
            "entityTypeSealed": {"@id": "ngsi-ld:entityTypeSealed", "@type": "@vocab"},
        },
        PROOF_CONTEXT,
    ]
}


class CoreTerm(msgspec.Struct, frozen=True):
    """One term: what it stands for (compact), how its values are read, first and last version that has it."""

    name: str
    target: str
    kind: str
    since: str
    until: str

    @property
    def iri(self) -> str:
        prefix, colon, rest = self.target.partition(":")
        if prefix in PREFIXES:
            return PREFIXES[prefix] + rest
        return self.target if colon else DEFAULT_CONTEXT + self.target

    @property
    def definition(self) -> Any:
        """The term as an @context defines it."""
        if self.kind == "plain":
            return self.target
        return {"@id": self.target} | (_PROOF if self.kind == "proof" else _DEFINITION[self.kind])


def _read(line: str) -> list[CoreTerm]:
    span, kind, *words = line.split()
    since, _, until = span.partition("-")
    pairs = (word.partition("=") for word in words)
    return [CoreTerm(name, target or "ngsi-ld:" + name, kind, since, until or LATEST) for name, _, target in pairs]


TERMS: tuple[CoreTerm, ...] = tuple(term for line in _TABLE.strip().splitlines() for term in _read(line))
"""Every term of every version; a term whose meaning changed appears once for each meaning."""


def terms_of(version: str) -> dict[str, CoreTerm]:
    """The terms of one version, capitals first as the standard lists them."""
    at = VERSIONS.index(version)
    present = [t for t in TERMS if VERSIONS.index(t.since) <= at <= VERSIONS.index(t.until)]
    return {term.name: term for term in sorted(present, key=lambda term: (not term.name[0].isupper(), term.name))}


def core_document(version: str) -> dict[str, Any]:
    """The core @context of a version as a JSON-LD document."""
    protected = {"@version": 1.1, "@protected": True} if version in ("1.8", "1.9") else {}
    terms = {name: term.definition for name, term in terms_of(version).items()}
    fixed = PREFIXES | {"id": "@id", "type": "@type"}
    return {"@context": {**protected, **fixed, **terms, "@vocab": DEFAULT_CONTEXT}}


def core_urls() -> dict[str, str]:
    """Well-known address -> version, the one without a version being the latest; early documents say `http`."""
    urls = {f"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v{version}.jsonld": version for version in VERSIONS}
    urls[UNVERSIONED_URL] = LATEST
    return urls | {url.replace("https:", "http:", 1): version for url, version in urls.items()}
