"""What a view can refuse and which headers it reads and sets, read off its source and that of everything of ours it calls.

The OpenAPI document is completed from this, so that a guard, a precondition or a refusal is described where it is written
and nowhere a second time. Names are followed through modules, annotated parameters and locals; what a caller hands in at run
time is not seen, which is why the tests hold every answer against the document.
"""

import ast
import inspect
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from handbook.kernel.db import db
from handbook.kernel.problems import CODES, Problem

PACKAGE = "handbook."
# What a view reads off the request by attribute, and what it sets on the response by method.
REQUEST_ATTRIBUTES = {"if_match": "If-Match", "if_none_match": "If-None-Match", "range": "Range"}
RESPONSE_METHODS = {"set_etag": "ETag", "set_cookie": "Set-Cookie", "delete_cookie": "Set-Cookie"}
SETTERS = frozenset({"set", "setdefault", "add"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way to be refused: status, stable code, what it means, and the headers that come with it."""

    status: int
    code: str
    meaning: str = ""
    headers: frozenset[str] = frozenset()


@dataclass(slots=True)
class ViewFacts:
    refusals: set[Refusal] = field(default_factory=set)
    request_headers: set[str] = field(default_factory=set)
    response_headers: set[str] = field(default_factory=set)
    uses_database: bool = False

    def add(self, other: "ViewFacts") -> None:
        """Take over what another function says."""
        self.refusals |= other.refusals
        self.request_headers |= other.request_headers
        self.response_headers |= other.response_headers
        self.uses_database |= other.uses_database


def facts_of(view: Callable[..., Any], method: str) -> ViewFacts:
    """The facts of a view when it is asked with this method: its own, and those of all that it leads to."""
    facts = ViewFacts()
    seen: set[types.CodeType] = set()
    waiting: list[Any] = [view]
    while waiting:
        found = waiting.pop()
        if (wrapped := getattr(found, "__wrapped__", None)) is not None:
            waiting.append(wrapped)
        if not (isinstance(found, types.FunctionType) and _is_ours(found.__module__)):
            continue
        if found.__code__ not in seen:
            seen.add(found.__code__)
            own = _read(found, method)
            facts.add(own.facts)
            waiting.extend(own.leads_to)
    return facts


# What one function says by itself stands in its source, and is read once for all the views that come by.
_readings: dict[tuple[types.CodeType, str], "_Reader"] = {}


def _read(function: types.FunctionType, method: str) -> "_Reader":
    code = function.__code__
    branches = "request" in code.co_names and "method" in code.co_names
    key = (code, method if branches else "")
    if key not in _readings:
        _readings[key] = _Reader(_Scope(function), method)
    return _readings[key]


@dataclass(frozen=True, slots=True)
class _Instance:
    """Some object of a class of ours, of which only the class is known."""

    of: type[Any]


class _Reader:
    """The facts of one function alone, and everything that it names."""

    def __init__(self, scope: "_Scope", method: str) -> None:
        self.facts = ViewFacts()
        self.leads_to: list[Any] = []
        self._method = method
        self._read(scope)

    def _read(self, scope: "_Scope") -> None:
        for node in self._nodes(scope.syntax.body):
            if isinstance(node, ast.Call):
                self._call(node, scope)
            elif isinstance(node, ast.Raise) and node.exc is not None:
                self._raise(node.exc, scope)
            elif isinstance(node, ast.Compare):
                if any(_is_headers_of(other, "request") for other in node.comparators):
                    self._asks(node.left, scope)
            elif isinstance(node, ast.Subscript):
                self._subscript(node, scope)
            elif isinstance(node, ast.Name | ast.Attribute):
                self._reference(node, scope)

    def _nodes(self, body: list[Any]) -> Iterator[ast.AST]:
        """Every node, without the branches that are for other methods."""
        waiting: list[ast.AST] = list(body)
        while waiting:
            node = waiting.pop()
            yield node
            if isinstance(node, ast.If) and (methods := _methods_of(node.test)):
                waiting.extend(node.body if self._method in methods else node.orelse)
            else:
                waiting.extend(ast.iter_child_nodes(node))

    def _reference(self, node: ast.Name | ast.Attribute, scope: "_Scope") -> None:
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "request"
        ):
            if node.attr in REQUEST_ATTRIBUTES:
                self.facts.request_headers.add(REQUEST_ATTRIBUTES[node.attr])
            return
        found = scope.resolve(node)
        if found is db:
            self.facts.uses_database = True
        self._leads_to(found)

    def _leads_to(self, found: Any) -> None:
        if isinstance(found, types.FunctionType) or hasattr(found, "__wrapped__"):
            self.leads_to.append(found)

    def _call(self, node: ast.Call, scope: "_Scope") -> None:
        called = scope.resolve(node.func)
        if isinstance(called, type):
            if issubclass(called, Problem):
                self._refuses(_refusal(called, node))
            elif _is_ours(called.__module__):
                self._leads_to(vars(called).get("__init__"))
        elif isinstance(node.func, ast.Attribute):
            name, target = node.func.attr, node.func.value
            if name == "get" and _is_headers_of(target, "request") and node.args:
                self._asks(node.args[0], scope)
            elif name in SETTERS and _is_headers_of(target, "response") and node.args:
                self._sets(node.args[0], scope)
            elif name in RESPONSE_METHODS and called is None:
                self.facts.response_headers.add(RESPONSE_METHODS[name])

    def _raise(self, raised: ast.expr, scope: "_Scope") -> None:
        """``raise A if x else B``: problems that are raised by their class alone."""
        called = {id(node.func) for node in ast.walk(raised) if isinstance(node, ast.Call)}
        for node in ast.walk(raised):
            if isinstance(node, ast.Name | ast.Attribute) and id(node) not in called:
                found = scope.resolve(node)
                if isinstance(found, type) and issubclass(found, Problem):
                    self._refuses(_refusal(found))

    def _refuses(self, refusal: Refusal | None) -> None:
        if refusal is not None:
            self.facts.refusals.add(refusal)

    def _subscript(self, node: ast.Subscript, scope: "_Scope") -> None:
        if isinstance(node.ctx, ast.Store) and _is_headers_of(node.value, "response"):
            self._sets(node.slice, scope)
        elif _is_headers_of(node.value, "request"):
            self._asks(node.slice, scope)

    def _asks(self, name: ast.expr, scope: "_Scope") -> None:
        if isinstance(text := scope.resolve(name), str):
            self.facts.request_headers.add(text)

    def _sets(self, name: ast.expr, scope: "_Scope") -> None:
        if isinstance(text := scope.resolve(name), str):
            self.facts.response_headers.add(text)


class _Scope:
    """What the names in one function stand for."""

    def __init__(self, function: types.FunctionType) -> None:
        self.syntax = _syntax(function)
        self._globals = function.__globals__
        self._types = _hints(function)
        self._locals: dict[str, Any] = {}
        self._assigned = {
            node.targets[0].id: node.value
            for node in ast.walk(self.syntax)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }

    def resolve(self, node: ast.AST) -> Any:
        """The object, an :class:`_Instance`, or None for what cannot be known from the source."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.Attribute):
            return _attribute(self.resolve(node.value), node.attr)
        if isinstance(node, ast.Call):
            called = self.resolve(node.func)
            if isinstance(called, type):
                return _instance(called)
            return _instance(_hints(called).get("return")) if isinstance(called, types.FunctionType) else None
        return None

    def _name(self, name: str) -> Any:
        if name in self._types:
            return _instance(self._types[name])
        if name in self._assigned:
            # Taken out first: a name that is assigned from itself would be resolved for ever.
            self._locals[name] = self.resolve(self._assigned.pop(name))
        return self._locals[name] if name in self._locals else self._globals.get(name)


def _attribute(owner: Any, name: str) -> Any:
    if isinstance(owner, types.ModuleType):
        return getattr(owner, name, None)
    kind = owner.of if isinstance(owner, _Instance) else owner if isinstance(owner, type) else type(owner)
    if not _is_ours(kind.__module__):
        return None
    found = inspect.getattr_static(kind, name, None)
    if isinstance(found, staticmethod | classmethod):
        return found.__func__
    if isinstance(found, property):
        return _instance(_hints(found.fget).get("return")) if found.fget else None
    return found if isinstance(found, types.FunctionType) else _instance(_hints(kind).get(name))


def _instance(hint: Any) -> _Instance | None:
    return _Instance(hint) if isinstance(hint, type) and _is_ours(hint.__module__) else None


def _is_ours(module: str | None) -> bool:
    return module is not None and module.startswith(PACKAGE)


@cache
def _hints(annotated: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(annotated)
    except (NameError, TypeError):
        # Names that only the type checker imports.
        return {}


@cache
def _functions_in(file: str) -> dict[int, ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions of a file by their first line, decorators included, as code objects count; none of what has no file."""
    path = Path(file)
    tree = ast.parse(path.read_text("utf-8") if path.is_file() else "")
    return {
        min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]): node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _syntax(function: types.FunctionType) -> Any:
    found = _functions_in(function.__code__.co_filename).get(function.__code__.co_firstlineno)
    return found or ast.Module([], [])


def _is_headers_of(node: ast.AST, owner: str) -> bool:
    """``request.headers``, or the headers of anything that is not the request."""
    if not (isinstance(node, ast.Attribute) and node.attr == "headers"):
        return False
    is_request = isinstance(node.value, ast.Name) and node.value.id == "request"
    return is_request == (owner == "request")


def _methods_of(test: ast.expr) -> frozenset[str]:
    """The methods of ``request.method in (...)`` or ``request.method == "..."``; empty for every other test."""
    if not (isinstance(test, ast.Compare) and ast.unparse(test.left) == "request.method"):
        return frozenset()
    if not isinstance(test.ops[0], ast.In | ast.Eq):
        return frozenset()
    values = [node.value for node in ast.walk(test.comparators[0]) if isinstance(node, ast.Constant)]
    return frozenset(str(value) for value in values)


def _refusal(kind: type[Problem], call: ast.Call | None = None) -> Refusal | None:
    """What the class says, or the call where it says something else; None for a status that is worked out at run time."""
    status, code, headers = kind.status, kind.code, _headers_of_class(kind)
    if call is not None:
        given = _arguments(kind, call)
        if not isinstance(given.get("status", ast.Constant(status)), ast.Constant):
            return None
        status = _constant(given.get("status"), status)
        code = _constant(given.get("code"), code)
        headers |= _keys(given.get("headers"))
    meaning = (vars(kind).get("__doc__") or "").partition("\n\n")[0] if kind is not Problem else ""
    return Refusal(status, code or CODES.get(status, "error"), " ".join(meaning.split()), headers)


def _arguments(kind: type[Problem], call: ast.Call) -> dict[str, Any]:
    names = [name for name in inspect.signature(kind.__init__).parameters if name != "self"]
    return dict(zip(names, call.args, strict=False)) | {k.arg: k.value for k in call.keywords if k.arg}


def _constant(node: ast.expr | None, default: Any) -> Any:
    return node.value if isinstance(node, ast.Constant) else default


def _keys(node: ast.expr | None) -> frozenset[str]:
    keys = node.keys if isinstance(node, ast.Dict) else []
    return frozenset(str(key.value) for key in keys if isinstance(key, ast.Constant))


def _headers_of_class(kind: type[Problem]) -> frozenset[str]:
    """The headers that a class gives its problems in its own ``__init__``."""
    own = vars(kind).get("__init__")
    if kind is Problem or not isinstance(own, types.FunctionType):
        return frozenset()
    calls = [node for node in ast.walk(_syntax(own)) if isinstance(node, ast.Call)]
    return frozenset().union(*(_keys(k.value) for call in calls for k in call.keywords if k.arg == "headers"))
