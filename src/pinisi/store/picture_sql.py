"""The statements of a picture: the state of many entities at a past moment, in one walk through history.

History is kept in the order entity, attribute, dataset, observed, position: the value that held at a moment is the last
row before it, found by one seek. All seeks of a picture are one statement, so that no row is touched by Python that is
not part of the answer (0.4 s for 100,000 seeks among 10 million rows; a statement each takes 2 s).

Parameters: `:at`, `:known`, `:heard` (the earlier of both), `:families` (JSON), `:ids` (JSON or null).
"""

from collections.abc import Sequence

import msgspec

from pinisi.store.untold import AS_BORN

_HEAD = "e.row, e.id, e.family, e.passed, e.stands"
_FIRST = """(SELECT CASE WHEN observed > :at AND observed = received THEN {what} END FROM (SELECT * FROM history
  WHERE entity = e.row AND attribute = {attribute} AND dataset = 0 AND position > e.floor ORDER BY observed, position
  LIMIT 1) AS one)"""
_AHEAD = """(SELECT CASE WHEN received <= :heard AND NOT EXISTS (SELECT 1 FROM history
  WHERE entity = e.row AND attribute = {attribute} AND dataset = 0 AND position > e.floor AND observed <= :at)
  THEN {what} END FROM (SELECT * FROM history
  WHERE entity = e.row AND attribute = {attribute} AND dataset = 0 AND observed > :at
  AND body IS NOT NULL AND position > e.floor ORDER BY observed, position LIMIT 1) AS one)"""


class Dialect(msgspec.Struct, frozen=True):
    """Where the SQL of the stores differs.

    `numbers` and `texts` list what a parameter holds as JSON, `text` reads a body, `last` is the last passage of each
    entity (entity, position, family) that was heard of. `untold`: whether there are values of which history has no rows
    (`store.untold`).
    """

    numbers: str
    texts: str
    text: str
    last: str
    untold: bool = False

    def listed(self, name: str) -> str:
        return self.numbers.format(name=name)

    @property
    def placed(self) -> str:
        return f"position || ' ' || received || ' ' || family || ' ' || coalesce({self.text}, '')"


SQLITE = Dialect(
    numbers="(SELECT value FROM json_each(:{name}))",
    texts="(SELECT value FROM json_each(:{name}))",
    text="body",
    last="SELECT entity, max(position) AS position, family FROM passage WHERE received <= :heard GROUP BY entity",
    untold=True,
)

_LAST = "LEFT JOIN ({last}) AS last ON last.entity = entity.row"
_GONE = """LEFT JOIN (SELECT entity, max(position) AS floor FROM passage
  WHERE family < 0 AND received <= :heard GROUP BY entity) AS gone ON gone.entity = entity.row"""
_OF_FAMILIES = """entity.row IN (SELECT row FROM entity WHERE family IN {families}
  UNION SELECT entity FROM passage WHERE was IN {families} OR abs(family) IN {families})"""


class Walk(msgspec.Struct, frozen=True):
    """What a picture has to look at: conditions that hold of every row are left out (a sixth of the time).

    `named`: entities are asked for by id. `then`: what was received later is hidden. `passed`, `gone`: some entity
    passed into another family, out of existence.
    """

    named: bool
    then: bool
    passed: bool
    gone: bool
    dialect: Dialect = SQLITE

    def values(self, attributes: Sequence[int], location: int | None, *, among: bool = False) -> str:
        """Row, id, current family, last passage (position, family), location (position, received, family, body),
        bodies; of those of which history has all, or `among` the entities `:rows` (JSON)."""
        cells = [self._value("body", attribute) for attribute in attributes]
        placed = "NULL" if location is None else self._value(self.dialect.placed, location)
        which = self._of_rows() if among else self._all_told()
        return f"{self._entities(which)} SELECT {', '.join([_HEAD, placed, *cells])} FROM e ORDER BY e.row"

    def named_instances(self, attributes: Sequence[int]) -> str:
        """Row, attribute, body of the instances that have a dataset id."""
        body = self._value("body", "s.attribute", "s.dataset")
        return (
            f"{self._entities()} SELECT row, attribute, body FROM "
            f"(SELECT e.row, s.attribute, s.dataset, {body} AS body "
            f"FROM strand AS s JOIN e ON e.row = s.entity WHERE s.attribute IN ({_listed(attributes)})) AS named "
            "WHERE body IS NOT NULL ORDER BY row, attribute, dataset"
        )

    def said_ahead(self, attributes: Sequence[int], location: int | None) -> str:
        """Row, location, bodies: the next value of each attribute that has none yet, if it was received by the moment.
        `:rows` (JSON) are the entities."""
        return self._filling(_AHEAD, attributes, location)

    def undated_first(self, attributes: Sequence[int], location: int | None) -> str:
        """Row, location, bodies: the first value of each attribute, if it came after the moment and has no time of its
        own. `:rows` (JSON) are the entities."""
        return self._filling(_FIRST, attributes, location)

    def _filling(self, value: str, attributes: Sequence[int], location: int | None) -> str:
        cells = [value.format(what="body", attribute=attribute) for attribute in attributes]
        placed = "NULL" if location is None else value.format(what=self.dialect.placed, attribute=location)
        return f"{self._entities(self._of_rows())} SELECT {', '.join(['e.row', placed, *cells])} FROM e"

    def as_born(self) -> str:
        """Row, id, family, body, birth and what is untold of the entities that never changed, in order."""
        return (
            f"SELECT row, id, family, body, birth, untold FROM entity WHERE {self._asked()} AND {AS_BORN} ORDER BY row"
        )

    def partly_told(self) -> str:
        """Row, body, birth and what is untold of those that changed, but not in all of their attributes."""
        which = f"{self._asked()} AND untold IS NOT NULL AND entity.position != birth"
        return f"SELECT row, body, birth, untold FROM entity WHERE {which}"

    def hours(self, attributes: Sequence[int]) -> str:
        """Row, attribute, hour, its statistics, and when the value that is kept from before was observed (or NULL)."""
        observed = self._value("observed", "h.attribute")
        return (
            f"{self._entities()} SELECT e.row, h.attribute, max(h.hour), CAST(sum(h.n) AS bigint), "
            f"sum(h.total), min(h.low), max(h.high), {observed} FROM e JOIN hourly AS h ON h.entity = e.row "
            f"WHERE h.attribute IN ({_listed(attributes)}) AND h.dataset = 0 "
            "AND h.hour = (SELECT max(hour) FROM hourly WHERE entity = e.row AND attribute = h.attribute "
            "AND dataset = 0 AND hour <= :at) GROUP BY e.row, e.floor, h.attribute"
        )

    def _value(self, what: str, attribute: int | str, dataset: int | str = 0) -> str:
        conditions = f"entity = e.row AND attribute = {attribute} AND dataset = {dataset} AND observed <= :at"
        conditions += " AND received <= :known" if self.then else ""
        conditions += " AND position > e.floor" if self.gone else ""
        in_order = f"SELECT * FROM history WHERE {conditions} ORDER BY observed DESC, position DESC LIMIT 1"
        return f"(SELECT {what} FROM ({in_order}) AS one)"

    def _entities(self, which: str = "") -> str:
        last = "last.position AS passed, last.family AS stands" if self.passed else "NULL AS passed, NULL AS stands"
        floor = "coalesce(gone.floor, 0)" if self.gone else "0"
        joined = f"{_LAST.format(last=self.dialect.last) if self.passed else ''} {_GONE if self.gone else ''}"
        return (
            f"WITH e AS (SELECT entity.row, entity.id, abs(entity.family) AS family, {last}, {floor} AS floor "
            f"FROM entity {joined} WHERE {which or self._which()})"
        )

    def _which(self) -> str:
        """Whether an entity is asked for and has to be looked for in history."""
        return f"{self._asked()} AND NOT ({AS_BORN})" if self.dialect.untold else self._asked()

    def _all_told(self) -> str:
        """Whether one that is asked for has all its values in history."""
        return f"{self._asked()} AND entity.untold IS NULL" if self.dialect.untold else self._asked()

    def _of_rows(self) -> str:
        return f"entity.row IN {self.dialect.listed('rows')}"

    def _asked(self) -> str:
        """Whether an entity is asked for."""
        if self.named:
            return f"entity.id IN {self.dialect.texts.format(name='ids')}"
        return _OF_FAMILIES.format(families=self.dialect.listed("families"))


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
