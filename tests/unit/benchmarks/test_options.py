"""The long runs refuse what cannot be measured with a sentence, and tell what they take."""

from argparse import Namespace
from collections.abc import Callable

import pytest
from tests.bench import __main__ as bench
from tests.bench import growth, province, reminders
from tests.faults import __main__ as faults

Parse = Callable[[list[str]], Namespace]


@pytest.mark.parametrize(
    ("parse", "arguments", "sentence"),
    [
        (growth.parse, ["--sizes", "0"], "argument --sizes: 0 is not between 5,000 and 10,000,000"),
        (growth.parse, ["--sizes", "10000", "-5"], "argument --sizes: -5 is not between"),
        (growth.parse, ["--sizes", "many"], "argument --sizes: 'many' is no whole number"),
        (growth.parse, ["--sizes"], "expected at least one argument"),
        (growth.parse, ["--rounds", "0"], "argument --rounds: 0 is not between 1 and 100,000"),
        (growth.parse, ["--engines", "mysql"], "invalid choice: 'mysql'"),
        (province.parse, ["--seconds", "0"], "argument --seconds: 0 is not above 0 and at most 86,400"),
        (province.parse, ["--seconds", "nan"], "argument --seconds: nan is not above 0"),
        (province.parse, ["--multiples", "1", "inf"], "argument --multiples: inf is not above 0 and at most"),
        (province.parse, ["--search-seconds", "soon"], "argument --search-seconds: 'soon' is no number"),
        (reminders.parse, ["--count", "0"], "argument --count: 0 is not between 1 and 5,600,000"),
        (reminders.parse, ["--kills", "-1"], "argument --kills: -1 is not between 0 and 1,000"),
        (
            faults.parse,
            ["webb"],
            "no fault is called 'webb'; there are web, worker, database, disk, power, push, clocks",
        ),
        (faults.parse, ["--kills"], "unrecognized arguments: --kills"),
        (bench.parse, ["--sizes", "3"], "unrecognized arguments: --sizes"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(
    capsys: pytest.CaptureFixture[str], parse: Parse, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("parse", [growth.parse, province.parse, reminders.parse, faults.parse, bench.parse])
def test_each_tells_what_it_takes(capsys: pytest.CaptureFixture[str], parse: Parse) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["--help"])
    assert ended.value.code == 0
    assert "usage:" in capsys.readouterr().out


def test_what_can_be_measured_is_taken() -> None:
    assert growth.parse(["--sizes", "10_000", "150000"]).sizes == [10_000, 150_000]
    assert province.parse(["--multiples", "0.5", "4"]).multiples == [0.5, 4.0]
    assert reminders.parse(["--kills", "0"]).kills == 0
    assert faults.parse([]).faults == list(faults.FAULTS)
    assert faults.parse(["web", "power"]).faults == ["web", "power"]
    assert bench.parse(["push"]).words == ["push"]
