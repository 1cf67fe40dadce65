"""Who may come in, and what they did: `account`, `token`, `audit`."""

from pathlib import Path
from typing import Any

from pinisi.command_line.words import Words, command, group, settings_of


def add(commands: Any) -> None:
    _add_account(commands)
    _add_token(commands)
    _add_audit(commands)


def _add_account(commands: Any) -> None:
    inner = group(commands, "account", "make, list and disable accounts (of a stopped Pinisi)")
    add = command(inner, "add", _account_add, "make an account; the password is asked for", settings=True)
    add.add_argument("account", metavar="NAME", help="what the person signs in with")
    add.add_argument("--name", dest="shown", help="the name to show (default: NAME)")
    add.add_argument("--role", required=True, help="administrator, operator, viewer ...; see docs/reference/people.md")
    add.add_argument("--area", action="append", default=[], metavar="CODE", help="only this area; can be repeated")
    add.add_argument("--no-password", action="store_true", help="nobody signs in with it; it only owns tokens")
    command(inner, "list", _account_list, "list the accounts", settings=True)
    disable = command(inner, "disable", _account_disable, "disable an account at once", settings=True)
    disable.add_argument("account", metavar="NAME")


def _account_add(words: Words) -> int:
    from pinisi.commands.people import add_account

    settings = settings_of(words)
    return add_account(settings, words.account, words.shown, words.role, words.area, password=not words.no_password)


def _account_list(words: Words) -> int:
    from pinisi.commands.people import list_accounts

    return list_accounts(settings_of(words))


def _account_disable(words: Words) -> int:
    from pinisi.commands.people import disable_account

    return disable_account(settings_of(words), words.account)


def _add_token(commands: Any) -> None:
    inner = group(commands, "token", "make, list and revoke tokens (of a stopped Pinisi)")
    add = command(inner, "add", _token_add, "make a token of an account and print it once", settings=True)
    add.add_argument("account", metavar="ACCOUNT", help="whose token it is")
    add.add_argument("--label", required=True, help="what it is for")
    add.add_argument("--permission", action="append", required=True, help="what it may do; can be repeated")
    add.add_argument("--days", type=int, help="how long it is good (default: 90)")
    command(inner, "list", _token_list, "list the tokens", settings=True)
    revoke = command(inner, "revoke", _token_revoke, "revoke a token at once", settings=True)
    revoke.add_argument("token", metavar="TOKEN", help="its id: the part after pinisi_")


def _token_add(words: Words) -> int:
    from pinisi.commands.people import add_token

    return add_token(settings_of(words), words.account, words.label, words.permission, words.days)


def _token_list(words: Words) -> int:
    from pinisi.commands.people import list_tokens

    return list_tokens(settings_of(words))


def _token_revoke(words: Words) -> int:
    from pinisi.commands.people import revoke_token

    return revoke_token(settings_of(words), words.token)


def _add_audit(commands: Any) -> None:
    inner = group(commands, "audit", "check the audit trail, take it out, sign it")
    check = command(inner, "verify", _audit_verify, "check a data folder or an exported trail", settings=True)
    check.add_argument("place", nargs="?", type=Path, metavar="PLACE", help="folder or export (default: --data)")
    check.add_argument("--checkpoints", type=Path, metavar="FILE", help="checkpoints that were kept outside")
    check.add_argument("--key", type=Path, metavar="FILE", help="the public keys that you trust")
    export = command(inner, "export", _audit_export, "write the trails of every tenant into one file", settings=True)
    export.add_argument("file", type=Path, metavar="FILE")
    command(inner, "checkpoint", _audit_checkpoint, "sign, and print keys and newest checkpoints", settings=True)
    verifier = command(inner, "verifier", _audit_verifier, "pack the verifier into one file that needs only Python")
    verifier.add_argument("file", type=Path, metavar="FILE")


def _audit_verify(words: Words) -> int:
    from pinisi.commands.audit import Judge, verify

    return verify(settings_of(words), words.place, Judge(checkpoints=words.checkpoints, key=words.key))


def _audit_export(words: Words) -> int:
    from pinisi.commands.audit import export

    return export(settings_of(words), words.file)


def _audit_checkpoint(words: Words) -> int:
    from pinisi.commands.audit import checkpoint

    return checkpoint(settings_of(words))


def _audit_verifier(words: Words) -> int:
    from pinisi.commands.audit import verifier

    return verifier(words.file)
