"""Why some faults are gone with the reading, and why some are left in a repaired feed."""

from collections.abc import Mapping

BY_READING: Mapping[str, str] = {
    "duplicated_column": "the second column of the name is left out",
    "empty_column_name": "the column without a name is left out",
    "invalid_character": "the file is written as UTF-8",
    "invalid_input_files_in_subfolder": "the files lie at the top of the zip",
    "invalid_row_length": "missing cells at the end are empty ones; cells beyond the heading are left out",
}
LEFT: Mapping[str, str] = {
    "csv_parsing_failed": "the rest of the file cannot be read; it has to be written anew at its origin",
    "empty_file": "the file has no heading; whoever publishes the feed has to fill it",
    "expired_calendar": "the days are those that the agency told; only the agency can say that its service goes on",
    "fast_travel_between_consecutive_stops": "the stops are told to lie so far apart: a coordinate is to be checked",
    "fast_travel_between_far_stops": "the stops are told to lie so far apart: a coordinate is to be checked",
    "missing_calendar_and_calendar_date_files": "nothing in the feed says on which days it goes",
    "missing_level_id": "only the agency knows on which level it lies",
    "missing_required_agency_id": "only the publisher knows which agency is meant",
    "missing_stop_name": "only the agency knows the name",
    "missing_recommended_file": "only the publisher can say who publishes the feed; nothing was made up",
    "missing_required_column": "nothing in the feed says what would stand there",
    "missing_required_field": "nothing in the feed says what would stand there",
    "missing_required_file": "nothing in the feed says what would stand there",
    "non_ascii_or_non_printable_char": "an identifier is kept, since others may point at it; every reader of UTF-8 can",
    "overlapping_frequency": "two frequencies of one time: only the agency knows which is meant",
    "route_both_short_and_long_name_missing": "only the agency knows the name",
    "too_many_rows": "the file is larger than any feed known; the rest was not read",
    "unexpected_enum_value": "the field must be there, and nothing says what is meant",
    "unknown_column": "kept as it is: GTFS allows columns of one's own",
    "unknown_file": "kept as it is: GTFS allows files of one's own",
}
LEFT_OTHER = "nothing in the feed says what is meant"
WITH_OTHERS = "it came of other faults, and is gone with them"
