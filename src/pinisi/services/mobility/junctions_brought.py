"""What counting at junctions and planning for them bring to the service: read by its manifest."""

from pinisi.services.mobility.counting.count_records import COUNT_RECORDS
from pinisi.services.mobility.counting.count_source import TURNING_COUNTS
from pinisi.services.mobility.counting.count_views import COUNTING_VIEWS
from pinisi.services.mobility.counting.survey_endpoints import SURVEY_ENDPOINTS
from pinisi.services.mobility.planning.compared_surveys import COMPARED_SURVEYS, OF_JUNCTION
from pinisi.services.mobility.planning.plan_job import PLAN_JOB
from pinisi.services.mobility.planning.sheet_endpoint import COMPARED, SHEET, STUDY_SHEET

TYPES = ("JunctionStudy", "CountSurvey", "TurningCount")
SOURCES = (TURNING_COUNTS,)
JOBS = (PLAN_JOB,)
ENDPOINTS = (SHEET, STUDY_SHEET, COMPARED, OF_JUNCTION, COMPARED_SURVEYS, *SURVEY_ENDPOINTS)
RECORDS = COUNT_RECORDS
VIEWS = COUNTING_VIEWS

__all__ = ["ENDPOINTS", "JOBS", "RECORDS", "SOURCES", "TYPES", "VIEWS"]
