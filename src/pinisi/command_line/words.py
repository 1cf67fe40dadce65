"""What every command shares: how it is declared, and the settings that its words ask for."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinisi.settings import Settings
    from pinisi.vocabulary.instant import Instant

Words = argparse.Namespace
Act = Callable[[Words], int]


def command(commands: Any, name: str, act: Act, help: str, *, settings: bool = False) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    parser.set_defaults(act=act)
    if settings:
        parser.add_argument("--data", metavar="FOLDER", help="the data folder (default: data)")
        parser.add_argument("--settings", type=Path, metavar="FILE", help="the settings file")
    return parser


def group(commands: Any, name: str, help: str) -> Any:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True)


def add_sharing(parser: argparse.ArgumentParser) -> None:
    """Where a server keeps its data, how it hears of changes, where it listens."""
    parser.add_argument("--store", help="postgresql://… that several processes share (default: the data folder)")
    parser.add_argument("--feed", help="nats://host:port,… by which processes hear of changes (default: the store)")
    add_address(parser, "to listen at")


def add_address(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--host", help=f"address {what} (default: 127.0.0.1)")
    parser.add_argument("--port", help=f"port {what} (default: 9090)")


def given(words: Words) -> dict[str, object]:
    """What the command line says of settings; None where it is silent."""
    return {key: getattr(words, key, None) for key in ("data", "data_from", "store", "feed", "host", "port")}


def settings_of(words: Words) -> "Settings":
    from pinisi.settings import load_settings

    return load_settings(given=given(words), file=words.settings)


def now() -> "Instant":
    return time.time_ns() // 1000
