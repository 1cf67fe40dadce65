"""How the city sees what-ifs: a page of its own."""

from pinisi.runtime.view import Page
from pinisi.services.mobility.models.twin import NETWORK
from pinisi.services.mobility.models.whatif import WHAT_IF
from pinisi.services.mobility.whatif.asked import TEXTS

WHAT_IF_PAGE = Page(id="what-if", title=TEXTS["whatif"], component="mobility-what-if", needs=(NETWORK, WHAT_IF))
WHAT_IF_VIEWS = (WHAT_IF_PAGE,)
