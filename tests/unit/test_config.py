import re
from pathlib import Path

import pytest

from handbook.config import VARIABLES, ConfigurationError, Settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_the_table_documents_every_variable_and_no_other() -> None:
    documented = re.findall(r"^\| `(HANDBOOK_[A-Z_]+)` \|", DOCUMENT.read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(VARIABLES)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HANDBOOK_PORT", "http"),
        ("HANDBOOK_PORT", "70000"),
        ("HANDBOOK_DATABASE_URL", "mysql://host/name"),
        ("HANDBOOK_DATABASE_URL", "sqlite:///:memory:"),
        ("HANDBOOK_PUBLIC_URL", "http://sotay.example.vn"),
        ("HANDBOOK_PUBLIC_URL", "https://sotay.example.vn/app"),
        ("HANDBOOK_PUSH_CA_FILE", "no-such-file.pem"),
        ("HANDBOOK_PUSH_SUBJECT", "admin"),
        ("HANDBOOK_LOG_FORMAT", "xml"),
        ("HANDBOOK_PROT", "8000"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_the_variable(variable: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=variable):
        Settings.from_environment({variable: value})


def test_the_cookie_is_secure_everywhere_but_on_plain_localhost() -> None:
    assert Settings.from_environment({"HANDBOOK_PUBLIC_URL": "https://sotay.example.vn"}).cookie_secure
    assert not Settings.from_environment({}).cookie_secure


def test_an_empty_data_directory_is_the_default_and_not_the_sources() -> None:
    assert (
        Settings.from_environment({"HANDBOOK_DATA_DIR": ""}).data_dir
        == Settings.from_environment({}).data_dir
    )
