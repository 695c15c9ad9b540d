"""The house's rules about its own Python code, as functions over one module's syntax tree.

Each rule takes a `Module` and yields complaints, so that a test can hold it against a sample that breaks it.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "backend" / "handbook"

# Files of a feature that know nothing of HTTP.
WITHOUT_HTTP = {"service", "queries", "models", "rules", "state", "enums", "events", "jobs"}
HTTP_LIBRARIES = {"flask", "flask_login", "flask_smorest", "werkzeug", "webargs"}
# Names that say nothing; what lies there belongs to somebody.
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base", "tools"}
OWN_ENDPOINTS = {"handbook.pwa", "handbook.health", "handbook.api_docs"}
CLOCK = "handbook.kernel.clock"
UNIT_OF_WORK = "handbook.kernel.unit_of_work"
# Changing the schema is no use case: Alembic brings its own connection and its own transaction. A group of check-ins is
# many use cases, each of which knows only its own part.
MAY_COMMIT = {UNIT_OF_WORK, "handbook.kernel.migrations", "handbook.kernel.group_commit"}
NOW = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}


@dataclass(frozen=True)
class Module:
    """One Python file: its dotted name and its syntax tree."""

    name: str
    tree: ast.Module

    @classmethod
    def parse(cls, name: str, source: str) -> "Module":
        """Make a module from text."""
        return cls(name, ast.parse(source))

    @property
    def stem(self) -> str:
        """The last part of the dotted name: `service` of `handbook.meetings.service`."""
        return self.name.rsplit(".", 1)[-1]


def read_package(folder: Path = PACKAGE) -> list[Module]:
    """Return every module of the package, sorted by name."""
    modules = []
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        modules.append(Module.parse(name, path.read_text("utf-8")))
    return modules


def read_layers(pyproject: Path = ROOT / "pyproject.toml") -> list[tuple[set[str], bool]]:
    """Return the layers from the top down as (names, may know each other), from the one place that lists them."""
    settings = tomllib.loads(pyproject.read_text("utf-8"))
    contract = next(c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    return [(set(re.findall(r"\w+", layer)), "|" not in layer) for layer in contract["layers"]]


def imported_names(module: Module) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of everything a module imports, also inside functions."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def find_upward_imports(module: Module, layers: list[tuple[set[str], bool]]) -> Iterator[str]:
    """Complain when a module imports from a layer above its own, or from an independent neighbour."""
    rank = {name: number for number, (names, _) in enumerate(layers) for name in names}
    parts = module.name.split(".")
    if len(parts) < 2 or parts[1] not in rank:
        return
    own = rank[parts[1]]
    for line, name in imported_names(module):
        target = name.split(".")
        if target[0] != "handbook" or len(target) < 2 or target[1] not in rank or target[1] == parts[1]:
            continue
        if module.stem == "commands" and name == "handbook.app.create_app":
            continue  # a command is a way in, like a route: it starts the application
        other = rank[target[1]]
        if other < own:
            yield f"{module.name}:{line}: imports upward: {name}"
        elif other == own and not layers[own][1]:
            yield f"{module.name}:{line}: imports its neighbour: {name}"


def find_commits(module: Module) -> Iterator[str]:
    """Complain about a commit outside the unit of work: one transaction per use case has one owner."""
    if module.name in MAY_COMMIT:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
            yield f"{module.name}:{node.lineno}: commits"
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.strip(" ;\n").upper() in {"COMMIT", "END", "COMMIT TRANSACTION"}
            and node.value.isupper()
        ):
            yield f"{module.name}:{node.lineno}: commits by hand"


def find_http_below_routes(module: Module) -> Iterator[str]:
    """Complain when a feature's inner file imports an HTTP library. The kernel serves both sides and is exempt."""
    if module.stem not in WITHOUT_HTTP or module.name.startswith("handbook.kernel."):
        return
    for line, name in imported_names(module):
        if name.split(".")[0] in HTTP_LIBRARIES:
            yield f"{module.name}:{line}: {module.stem} imports {name}"


def find_misnamed_endpoints(module: Module) -> Iterator[str]:
    """Complain about a blueprint or a route outside `routes.py` (or `<part>_routes.py`) of a feature.

    The pages that belong to no feature (the PWA's shell, health checks, API docs) have modules of their own.
    """
    if module.stem == "routes" or module.stem.endswith("_routes") or module.name in OWN_ENDPOINTS:
        return
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called == "Blueprint" or (called == "route" and isinstance(node.func, ast.Attribute)):
            yield f"{module.name}:{node.lineno}: defines an endpoint outside routes.py"


def find_vague_names(module: Module) -> Iterator[str]:
    """Complain about a module whose name says nothing."""
    for part in module.name.split("."):
        if part in VAGUE_NAMES:
            yield f"{module.name}: '{part}' says nothing about what lies there"


def find_own_clocks(module: Module) -> Iterator[str]:
    """Complain about asking the machine for the time anywhere but in the one clock."""
    if module.name == CLOCK:
        return
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        if (name, node.func.attr) in NOW:
            yield f"{module.name}:{node.lineno}: asks the machine for the time: {name}.{node.func.attr}()"
