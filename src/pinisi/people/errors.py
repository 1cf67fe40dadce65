"""What can go wrong with people, in words for the one who asked."""


class PeopleError(Exception):
    """Base of all refusals of this room; the text is meant for the one who asked."""


class BadField(PeopleError):
    """A member of the request breaks a rule; `field` names it as a path (`assignments[0].role`)."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail


class NotThere(PeopleError):
    """There is no such account or token, or the one who asks may not know of it."""


class Conflict(PeopleError):
    """The act does not fit what is: name taken, last administrator, changed by someone else meanwhile."""


class NotAllowed(PeopleError):
    """The one who asks may not do this to that account or token."""


class SignInRefused(PeopleError):
    """Account and password do not fit. The same words for an unknown, a disabled and a mistyped one."""

    def __init__(self) -> None:
        super().__init__("The account or the password is not right.")


class PasswordNeeded(PeopleError):
    """The password was right, and good for one time: a new one has to come with it."""

    def __init__(self) -> None:
        super().__init__("This password is good for one time. Choose one of your own and send it as `new`.")


class TooSoon(PeopleError):
    """Too many attempts: try again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many attempts to sign in. Try again in {seconds} seconds.")
        self.seconds = seconds


class RefusedToStart(Exception):
    """The server must not listen at this address; the text says what to do."""
