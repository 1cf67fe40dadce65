"""Write docs/reference/routes.md from the route table; `--check` only says whether it is up to date."""

import sys
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "routes.md"
sys.path.insert(0, str(ROOT / "src"))

HEAD = """\
# Every route and who may use it

Made from the route table by `python scripts/routes.py`; a test compares. Permissions and the roles that hold them:
[people](people.md). Whoever holds the permission reaches only what his grants open. `open` asks for no permission.
The same as OpenAPI, with the [endpoints](endpoints.md) of every service that is installed:
`GET /pinisi/v1/openapi.json`.
"""
TITLES = {"ngsi-ld": "NGSI-LD", "v2": "NGSI v2", "pinisi": "The console and the house"}
SINGLE = {"version": "v2"}
"""Routes that stand by themselves, and the part of the page that they belong to."""


def part_of(path: str) -> str:
    first = path.split("/")[1]
    return SINGLE.get(first, first)


def page() -> str:
    """The page as it should be."""
    from pinisi.console.routes import all_routes
    from pinisi.runtime.services import Registry, discover

    own = Registry([found for found in discover().found if found.package == "pinisi"])
    parts = [HEAD]
    for prefix, routes in groupby(all_routes(own), key=lambda route: part_of(route.path)):
        rows = sorted((route.path, route.method, route.permission or "open", route.summary) for route in routes)
        parts.append(f"## {TITLES[prefix]}\n\n| route | permission | what it does |\n|---|---|---|")
        parts += [
            f"| `{method} {path}` | {permission} | {what.rstrip('.')} |" for path, method, permission, what in rows
        ]
        parts.append("")
    return "\n".join(parts)


def main() -> int:
    text = page()
    if "--check" in sys.argv:
        return 0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
