-- What phones sent: one stretch of counting of one phone within five minutes. Times in microseconds (UTC).
CREATE TABLE mobility__count_stretch (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    survey TEXT NOT NULL,
    approach TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL CHECK (until > since),
    turns TEXT NOT NULL,
    classes TEXT NOT NULL,
    taps TEXT NOT NULL,
    received INTEGER NOT NULL,
    PRIMARY KEY (account, key)
) STRICT;
CREATE INDEX mobility__count_stretch_place ON mobility__count_stretch (survey, approach, since);
-- How often an interval of an approach was added up: two phones at once do not overlook each other.
CREATE TABLE mobility__count_interval (
    survey TEXT NOT NULL,
    approach TEXT NOT NULL,
    begin INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (survey, approach, begin)
) STRICT;
