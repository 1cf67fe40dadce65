"""A table that somebody put into the folder of a source."""

from pinisi.city.importing.delimited import delimited_sheet
from pinisi.city.importing.fault_texts import english
from pinisi.city.importing.rows import NotReadable, Sheet
from pinisi.city.importing.workbook import workbook_sheet
from pinisi.runtime.source import Message, Unreadable


def sheet_sent(message: Message, unnamed: str) -> Sheet:
    """CSV or XLSX; `unnamed` is what it is called where the message has no name.

    Raises:
        Unreadable: it is neither; says why.
    """
    name = message.origin.rpartition("/")[2] or unnamed
    try:
        if message.body.startswith(b"PK"):
            return workbook_sheet(name, message.body)
        return delimited_sheet(name, message.body)
    except NotReadable as error:
        raise Unreadable(english(error.code, error.words)) from None
