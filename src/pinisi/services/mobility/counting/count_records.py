"""What phones sent, as records of the service: who counted stands here, and nowhere else."""

from pinisi.runtime.records import Records, Statement, Table, migrations_of

COUNT_RECORDS = Records(
    type="TurningCount",
    migrations=migrations_of("pinisi.services.mobility"),
    tables=(Table(name="count_stretch", subject="account"), Table(name="count_interval")),
    statements=(
        Statement(
            name="keep stretch",
            sql="INSERT INTO mobility__count_stretch "
            "(account, key, survey, approach, since, until, turns, classes, taps, received) VALUES "
            "(:account, :key, :survey, :approach, :since, :until, :turns, :classes, :taps, :received) "
            "ON CONFLICT DO NOTHING",
            permission="surveys.fill",
        ),
        Statement(
            name="one stretch",
            sql="SELECT survey, approach, since FROM mobility__count_stretch WHERE account = :account AND key = :key",
            permission="surveys.fill",
        ),
        Statement(
            name="stretches",
            sql="SELECT account || ' ' || key AS id, since, until, turns, classes, taps FROM mobility__count_stretch "
            "WHERE survey = :survey AND approach = :approach AND since >= :since AND since < :until "
            "ORDER BY received, account, key",
            permission="surveys.fill",
        ),
        Statement(
            name="lately",
            sql="SELECT approach, turns, classes, max(until) AS until FROM mobility__count_stretch "
            "WHERE survey = :survey AND until >= :since GROUP BY approach, turns, classes ORDER BY approach, turns",
            permission="surveys.fill",
        ),
        Statement(
            name="version",
            sql="SELECT version FROM mobility__count_interval "
            "WHERE survey = :survey AND approach = :approach AND begin = :begin",
            permission="surveys.fill",
        ),
        Statement(
            name="add up",
            sql="INSERT INTO mobility__count_interval (survey, approach, begin, version) "
            "VALUES (:survey, :approach, :begin, 1) "
            "ON CONFLICT (survey, approach, begin) DO UPDATE SET version = mobility__count_interval.version + 1 "
            "WHERE mobility__count_interval.version = :seen",
            permission="surveys.fill",
        ),
    ),
)
