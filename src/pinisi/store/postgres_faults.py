"""What PostgreSQL's errors mean to an operator."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from types import CoroutineType
from typing import Any, ParamSpec, TypeVar

import asyncpg

from pinisi.store.change import Refused, StoreUnavailable

P = ParamSpec("P")
R = TypeVar("R")
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    ConnectionError,
    OSError,
    asyncio.TimeoutError,
)
"""The connection is gone, or there was none; the next may be well. One that is just being ended by the server is found
by asyncpg in the midst of its farewell (`InternalClientError`)."""
FAULTS = (asyncpg.PostgresError, *LOST)
READ_ONLY = asyncpg.ReadOnlySQLTransactionError
"""A machine that leads no longer, or not yet; or an administrator's word."""
NOT_KEPT = (
    asyncpg.DataError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.IntegrityConstraintViolationError,
    UnicodeError,
)


def cannot_be_kept(error: BaseException) -> bool:
    """Whether what was to be kept is at fault: of the one who wrote it, and of nobody who wrote beside him."""
    return isinstance(error, NOT_KEPT) or (isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError))


def may_be_tried_again(error: BaseException) -> bool:
    """Nothing was written, and the connection is at fault: it is gone, or leads to a machine that takes no writes."""
    return isinstance(error, (*LOST, READ_ONLY)) and not cannot_be_kept(error)


def reason(error: BaseException) -> str:
    """Why a machine does not serve, in few words."""
    if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
        return "it takes no writes (a standby?)"
    if isinstance(error, asyncpg.InternalClientError):
        return "the connection was lost"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "the connection is refused"
    return str(error) or type(error).__name__


def unavailable(error: BaseException) -> StoreUnavailable:
    """The store's own error, in plain words, for one of PostgreSQL's."""
    return StoreUnavailable(_plain(error))


def told(error: BaseException) -> Exception:
    """What the one who waits is told."""
    if cannot_be_kept(error):
        return Refused(f"this cannot be kept: {error}")
    if isinstance(error, FAULTS):
        return unavailable(error)
    return error if isinstance(error, Exception) else StoreUnavailable("the store is being closed")


_POSTGIS = "let its administrator run once in this database: CREATE EXTENSION postgis WITH SCHEMA public"


def _plain(error: BaseException) -> str:
    if isinstance(error, asyncpg.DiskFullError):
        return "the disk of PostgreSQL is full: nothing was written"
    if isinstance(error, READ_ONLY):
        return "PostgreSQL is read-only (a standby?): nothing was written"
    if isinstance(error, (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError)):
        return f"PostgreSQL does not let us in: {error}"
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return f"PostgreSQL has no such database: {error}"
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        text = f"our account in PostgreSQL may not do this: {error}"
        return f"{text}\n{_POSTGIS}" if "postgis" in str(error) else text
    if isinstance(error, asyncpg.UndefinedFileError):
        return "PostgreSQL has no PostGIS: install the package postgresql-NN-postgis-3 beside it"
    if isinstance(error, LOST):
        return f"PostgreSQL cannot be reached now: {reason(error)}"
    return f"PostgreSQL cannot be used now: {error}"


def in_plain_words(method: Callable[P, Awaitable[R]]) -> "Callable[P, CoroutineType[Any, Any, R]]":
    """PostgreSQL's errors become `StoreUnavailable`."""

    @wraps(method)
    async def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await method(*args, **kwargs)
        except FAULTS as error:
            raise unavailable(error) from error

    return call


def raise_unless_ordinary(error: BaseException) -> None:
    """An error of the program's end is nobody's answer."""
    if not isinstance(error, Exception):
        raise error
