"""Phones that are brought in by a link: one phone, once, within a day, as an account that may do one thing only."""

import msgspec

from pinisi.console.house import House
from pinisi.console.http import Call, Reply, json_reply
from pinisi.console.people_endpoints import signed_in_reply
from pinisi.incidents.agencies.invitations import NoSuchInvitation
from pinisi.people.accounts import Account
from pinisi.vocabulary.instant import format_instant


class PhoneJoin(msgspec.Struct, forbid_unknown_fields=True):
    """The secret of an invitation."""

    code: str


def holds_only(account: Account, role: str) -> bool:
    """Whether it may do nothing but what this role does: only such an account is signed in by a link."""
    return {each.role for each in account.assignments} == {role}


async def invited(house: House, call: Call, account: Account, page: str) -> Reply:
    """A link to the page for one phone, told this once."""
    secret, made = await house.invitations.make(call.tenant, account.id, call.principal, house.now())
    return json_reply({"path": f"{page}#join={secret}", "expiresAt": format_instant(made.until)}, 201)


async def join_by_link(house: House, call: Call, code: str, role: str) -> Reply:
    """Sign this phone in.

    Raises:
        NoSuchInvitation: the link opens nothing any more, or is one for other work.
    """
    invitation = await house.invitations.use(call.tenant, code, house.now())
    account = await house.people.accounts.get(invitation.account)
    if account is None or account.disabled or not holds_only(account, role):
        raise NoSuchInvitation("the account of this link cannot be used any more")
    signed = await house.people.sessions.renew(account, call.address, house.now())
    return signed_in_reply(house, call, signed)
