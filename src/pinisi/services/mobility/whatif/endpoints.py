"""What-ifs over HTTP: which there are, one with its comparison, and the comparison on paper."""

from pinisi.incidents.report.document import Document
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.models.twin import NETWORK
from pinisi.services.mobility.on_paper import InLanguage
from pinisi.services.mobility.whatif.asked import TEXTS
from pinisi.services.mobility.whatif.shown import FoundWhatIf, ListedWhatIfs, listed, shown


async def list_what_ifs(visit: Visit[None, None]) -> ListedWhatIfs:
    return await listed(visit, NETWORK)


async def what_if(visit: Visit[None, None]) -> FoundWhatIf:
    return FoundWhatIf(what_if=await shown(visit, visit.params["key"]))


async def on_paper(visit: Visit[None, InLanguage]) -> Document:
    """Of a name that there is not, a sheet that says so."""
    from pinisi.services.mobility.whatif.sheet import empty_sheet, sheet

    found, language = await shown(visit, visit.params["key"]), visit.query.lang
    if found is None:
        return empty_sheet(visit.params["key"], language, visit.tenant)
    return sheet(found, language, visit.tenant)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/what-ifs",
        title=TEXTS["whatif-list"],
        permission="context.read",
        answer=ListedWhatIfs,
        handle=list_what_ifs,
    ),
    Endpoint(
        method="GET",
        path="/what-ifs/{key}",
        title=TEXTS["whatif-one"],
        permission="context.read",
        answer=FoundWhatIf,
        handle=what_if,
    ),
    Endpoint(
        method="GET",
        path="/what-ifs/{key}/sheet",
        title=TEXTS["whatif-print"],
        permission="context.read",
        query=InLanguage,
        answer=Document,
        handle=on_paper,
    ),
)
