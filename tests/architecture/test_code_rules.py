"""The code keeps the house's rules, and each rule catches a sample that breaks it."""

import pytest
from tests.support import code_rules
from tests.support.code_rules import Module

LAYERS = code_rules.read_layers()
MODULES = code_rules.read_package()


def complaints_about_the_package(rule, *arguments) -> list[str]:
    return [complaint for module in MODULES for complaint in rule(module, *arguments)]


def test_the_package_is_read_whole() -> None:
    names = {module.name for module in MODULES}
    assert {"handbook", "handbook.kernel.clock", "handbook.kernel.unit_of_work"} <= names


def test_every_top_level_name_has_its_layer() -> None:
    placed = {name for names, _ in LAYERS for name in names}
    found = {module.name.split(".")[1] for module in MODULES if "." in module.name}
    # Data and migrations are no code that features import; __main__ only starts cli.
    assert found - placed <= {"migrations", "locale", "__main__"}


def test_imports_go_downward() -> None:
    assert complaints_about_the_package(code_rules.find_upward_imports, LAYERS) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("handbook.kernel.events", "from handbook.meetings.models import Meeting"),
        ("handbook.members.service", "def f():\n    import handbook.accounts.models"),
        ("handbook.meetings.service", "from handbook import attendance"),
        ("handbook.resolutions.queries", "from handbook.attendance.models import Attendance"),
    ],
    ids=["kernel to feature", "inside a function", "the package itself", "a neighbour"],
)
def test_an_upward_import_is_found(module: str, source: str) -> None:
    assert list(code_rules.find_upward_imports(Module.parse(module, source), LAYERS))


def test_a_downward_import_is_fine() -> None:
    module = Module.parse(
        "handbook.sync.queries", "from handbook.meetings.models import Meeting\nimport json"
    )
    assert list(code_rules.find_upward_imports(module, LAYERS)) == []


def test_only_the_unit_of_work_commits() -> None:
    assert complaints_about_the_package(code_rules.find_commits) == []


@pytest.mark.parametrize(
    "source",
    [
        "db.session.commit()",
        "connection.commit()",
        "cursor.execute('COMMIT')",
        "c.exec_driver_sql('COMMIT;')",
    ],
)
def test_a_commit_elsewhere_is_found(source: str) -> None:
    assert list(code_rules.find_commits(Module.parse("handbook.meetings.service", source)))
    assert list(code_rules.find_commits(Module.parse(code_rules.UNIT_OF_WORK, source))) == []


def test_services_queries_models_and_rules_know_no_http() -> None:
    assert complaints_about_the_package(code_rules.find_http_below_routes) == []


@pytest.mark.parametrize("stem", sorted(code_rules.WITHOUT_HTTP))
@pytest.mark.parametrize(
    "source", ["from flask import g", "def f():\n    from flask_login import current_user"]
)
def test_http_below_routes_is_found(stem: str, source: str) -> None:
    assert list(code_rules.find_http_below_routes(Module.parse(f"handbook.meetings.{stem}", source)))


def test_routes_may_know_http() -> None:
    module = Module.parse("handbook.meetings.routes", "from flask import request")
    assert list(code_rules.find_http_below_routes(module)) == []


def test_endpoints_live_in_routes() -> None:
    assert complaints_about_the_package(code_rules.find_misnamed_endpoints) == []


@pytest.mark.parametrize(
    "source", ["blp = Blueprint('x', __name__)", "@app.route('/x')\ndef x():\n    return ''"]
)
def test_an_endpoint_elsewhere_is_found(source: str) -> None:
    assert list(code_rules.find_misnamed_endpoints(Module.parse("handbook.meetings.service", source)))
    assert list(code_rules.find_misnamed_endpoints(Module.parse("handbook.meetings.routes", source))) == []


def test_every_module_says_what_it_holds() -> None:
    assert complaints_about_the_package(code_rules.find_vague_names) == []


def test_a_vague_name_is_found() -> None:
    assert list(code_rules.find_vague_names(Module.parse("handbook.meetings.utils", "")))


def test_there_is_one_clock() -> None:
    assert complaints_about_the_package(code_rules.find_own_clocks) == []


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "datetime.datetime.utcnow()",
        "date.today()",
        "x = [datetime.now() for _ in range(2)]",
    ],
)
def test_another_clock_is_found(source: str) -> None:
    assert list(code_rules.find_own_clocks(Module.parse("handbook.meetings.service", source)))
    assert list(code_rules.find_own_clocks(Module.parse(code_rules.CLOCK, source))) == []
