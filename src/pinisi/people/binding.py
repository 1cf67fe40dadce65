"""Where the server may listen: without accounts, only where nobody but this machine can reach it."""

from ipaddress import ip_address

from pinisi.people.errors import RefusedToStart


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine alone."""
    if host == "localhost":
        return True
    try:
        address = ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def may_bind(host: str, administrators: int) -> None:
    """Raises `RefusedToStart` when others could reach the server and nobody has been made responsible for it."""
    if administrators or is_loopback(host):
        return
    raise RefusedToStart(
        f"Pinisi does not listen at {host or 'every address'} yet: everyone who can reach it would be administrator. "
        "Make an administrator first: pinisi account add NAME --role administrator. "
        "Or listen on this machine only: --host 127.0.0.1."
    )
