"""How a tenant may be called, in every store."""

import re

TENANT_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


class BadTenantName(ValueError):
    """A tenant's name is letters, digits, `_`, `-` and `.`, at most 64, and begins with no dot or dash."""
