"""Who keeps accounts for this house beside itself: the providers that `sign-in.toml` names."""

from pinisi.people.errors import RefusedToStart
from pinisi.people.oidc.keeper import Keeper, check_installed
from pinisi.people.oidc.rules import FILE_NAME, SignInFile, SignInFileError, read_sign_in_file
from pinisi.runtime.secrets import secret_of
from pinisi.runtime.source import TransportFailed
from pinisi.settings import Settings


def keepers_of(settings: Settings) -> tuple[SignInFile, list[Keeper]]:
    """The file as read, and a keeper for each provider in it; none where there is no file.

    Raises:
        RefusedToStart: the file, a secret or the package is wrong or missing; says which.
    """
    path = settings.sign_in_file or settings.data / FILE_NAME
    if settings.sign_in_file is None and not path.is_file():
        return SignInFile(address="", providers=()), []
    try:
        read = read_sign_in_file(path)
        if lacking := check_installed():
            raise SignInFileError(f"{path}: {lacking}")
        secrets = [secret_of(settings.data, each.secret) if each.secret else "" for each in read.providers]
    except (SignInFileError, TransportFailed) as error:
        raise RefusedToStart(str(error)) from error
    return read, [Keeper(each, secret) for each, secret in zip(read.providers, secrets, strict=True)]
