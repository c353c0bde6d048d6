"""What a judge makes of a notebook: its cells in order, its tests on the learner's answers."""

import pytest

from autograder.kernels.limits import Limits
from autograder.kernels.server import Address

from .judging import (
    IMPORTS,
    JudgedCell,
    connected,
    judged,
    message,
    ordinary,
    printed,
    run_one,
    test_cell,
)

DOUBLE = "import numpy as np\ndef double(x): return x * 2"
WRONG = "import numpy as np\ndef double(x): return x + 1"
TEST = "check.close(double(np.array([1.0, 2.0])), [2.0, 4.0], 'double([1, 2])')"


def test_a_right_answer_passes_and_a_wrong_one_fails(address: Address) -> None:
    right, wrong = (run_one(address, code, TEST, "double") for code in (DOUBLE, WRONG))
    assert (right.status, right.error, right.outputs) == ("ok", "", [])
    assert (wrong.status, wrong.error) == ("error", "CheckFailed")
    assert 0 <= right.learner_seconds <= right.seconds < 20


def test_a_failed_check_says_what_it_says_in_a_notebook(address: Address) -> None:
    (output,) = run_one(address, WRONG, TEST, "double").outputs
    assert output["ename"] == "CheckFailed"
    assert output["traceback"] == [f"✗ {output['evalue']}"]
    assert output["evalue"].startswith("double([1, 2]) differs in 1 of 2 elements")


class TestCells:
    def test_run_once_in_their_order_and_only_those_above_a_test(self, address: Address) -> None:
        cells = (
            ordinary("seen = ['first']"),
            test_cell("print(seen)"),
            ordinary("seen.append('second')"),
            test_cell("print(seen)"),
            test_cell("print(seen)"),
        )
        with judged(address, "", *cells) as judge:
            texts = [printed(judge.run_test(index, 5)) for index in (1, 4, 3)]
        assert texts == ["['first']\n", "['first', 'second']\n", "['first', 'second']\n"]

    def test_that_are_skipped_never_run(self, address: Address) -> None:
        skipped = JudgedCell("skipped = True", "skipped")
        with judged(address, "", skipped, test_cell("print('skipped' in dir())")) as judge:
            assert printed(judge.run_test(1, 5)) == "False\n"
            with pytest.raises(Exception, match="cell 0 is no test that is judged"):
                judge.run_test(0, 5)

    def test_share_names_with_the_tests_as_in_a_notebook(self, address: Address) -> None:
        cells = (
            ordinary("def helper():\n    return bound"),
            test_cell("bound = 1"),
            test_cell("print(helper())"),
            ordinary("bound = 2"),
            test_cell("print(helper())"),
        )
        with judged(address, "", *cells) as judge:
            runs = [judge.run_test(index, 5) for index in (1, 2, 4)]
        assert [printed(run) for run in runs] == ["", "1\n", "2\n"]

    def test_that_cannot_run_are_told_and_stop_nothing(self, address: Address) -> None:
        cells = ordinary("import numpy\n1 / 0"), ordinary("x = 1"), test_cell("print(x)")
        with judged(address, "", *cells) as judge:
            assert judge.broken == (
                "code cell 0 cannot run in the judge (ZeroDivisionError: division by zero)",
            )
            assert printed(judge.run_test(2, 5)) == "1\n"

    def test_show_nothing_unless_they_are_tests(self, address: Address) -> None:
        cells = ordinary("print('data')\ndisplay(1)\n2"), test_cell("print('test')")
        with judged(address, "", *cells) as judge:
            run = judge.run_test(1, 5)
        assert (printed(run), run.shown, len(run.outputs)) == ("test\n", [], 1)

    def test_of_the_learner_are_fetched_anew_for_every_test(self, address: Address) -> None:
        test = "try:\n    print(double(3))\nexcept NameError:\n    print('missing')"
        cells = (
            test_cell(test, "double"),
            test_cell(test),  # which needs no answer, and so gets none
            test_cell("kept = [1]\nproxy = double", "double"),
            test_cell("print(kept, 'proxy' in globals())"),
            test_cell(test, "double"),
        )
        with judged(address, DOUBLE, *cells) as judge:
            first = [printed(judge.run_test(index, 5)) for index in range(4)]
            with connected(judge, "del_double = 1"):
                last = printed(judge.run_test(4, 5))
        assert first == ["6\n", "missing\n", "", "[1] False\n"]
        assert last == "missing\n"

    def test_of_the_learner_are_never_an_earlier_tests(self, address: Address) -> None:
        test = "try:\n    print(letter)\nexcept NameError:\n    print('missing')"
        cells = (
            test_cell(test, "letter"),
            test_cell(test),
            test_cell("letter = 'bound by a test'"),
            test_cell(test, "letter"),
        )
        with judged(address, "letter = 'b'", *cells) as judge:
            texts = [printed(judge.run_test(index, 5)) for index in range(3)]
            with connected(judge, ""):
                texts.append(printed(judge.run_test(3, 5)))
        assert texts == ["b\n", "missing\n", "", "missing\n"]


class TestOutputs:
    def test_are_those_of_the_test_in_their_order(self, address: Address) -> None:
        test = (
            "import sys\nprint('a')\nprint('b')\nprint('c', file=sys.stderr)\n"
            "display({'k': 1})\nprint('d')\nnp.arange(2)"
        )
        run = run_one(address, "", test)
        kinds = [(one["output_type"], one.get("name")) for one in run.outputs]
        assert kinds == [
            ("stream", "stdout"),
            ("stream", "stderr"),
            ("display_data", None),
            ("stream", "stdout"),
            ("execute_result", None),
        ]
        assert run.outputs[0]["text"] == "a\nb\n"
        assert run.outputs[2]["data"] == {"text/plain": "{'k': 1}"}
        assert run.outputs[4]["data"] == {"text/plain": "array([0, 1])"}

    def test_show_figures_as_a_notebook_does(self, address: Address) -> None:
        test = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.plot([2, 1]);"
        run = run_one(address, "", test)
        assert ["image/png" in one.get("data", {}) for one in run.outputs] == [True, True]
        assert all(isinstance(one["data"]["image/png"], str) for one in run.outputs)

    def test_hold_no_more_than_a_kernels(self, address: Address) -> None:
        limits = Limits(output=4096)
        test = "for i in range(100_000):\n    print('x' * 80)"
        run = run_one(address, "", test, limits=limits)
        assert run.status == "ok"
        assert run.outputs[-1]["text"] == "… cut off after 4 KiB of output\n"
        assert sum(len(one["text"]) for one in run.outputs) < 5000

    def test_of_the_learners_code_are_not_the_tests(self, address: Address) -> None:
        code = "def double(x):\n    print('from the learner')\n    return 2 * x"
        assert printed(run_one(address, code, "print(double(1))", "double")) == "2\n"


class TestValues:
    @pytest.mark.parametrize(
        ("expression", "shown"),
        [
            ("0.5", ["0.5"]),
            ("True", ["True"]),
            ("np.float64(1.0)", ["np.float64(1.0)"]),
            ("'0.5'", ["'0.5'"]),
            ("None", []),
            ("1;", []),
            ("2  # a remark", ["2"]),
            ("for i in range(2):\n    i", []),
        ],
    )
    def test_are_shown_as_nbgrader_reads_them(
        self, expression: str, shown: list[str], address: Address
    ) -> None:
        assert run_one(address, "", expression).shown == shown

    @pytest.mark.parametrize("expression", ["answer", "answer.score", "answer.method", "kind"])
    def test_that_the_learners_process_holds_do_not_count(
        self, expression: str, address: Address
    ) -> None:
        code = (
            "class Kind:\n    def __repr__(self): return '1.0'\n"
            "    def method(self): pass\n"
            "kind, answer = Kind, Kind()\nanswer.score = Kind()"
        )
        run = run_one(address, code, expression, "answer", "kind")
        assert (run.status, run.shown, run.outputs) == ("ok", [], [])

    def test_are_shown_by_python_and_not_by_a_formatter(self, address: Address) -> None:
        test = (
            "formatter = get_ipython().display_formatter.formatters['text/plain']\n"
            "formatter.for_type(float, lambda number, printer, cycle: printer.text('100'))\n"
            "0.25"
        )
        assert run_one(address, "", test).shown == ["0.25"]


class TestErrors:
    def test_of_the_test_show_its_line_and_no_frame_of_the_judge(self, address: Address) -> None:
        test = "def inner():\n    np.testing.assert_equal(double(3), 6)\n\ninner()"
        run = run_one(address, WRONG, test, "double")
        text = message(run)
        assert (run.status, run.error) == ("error", "AssertionError")
        assert "----> 4 inner()" in text
        assert "----> 2     np.testing.assert_equal(double(3), 6)" in text
        assert run.outputs[0]["traceback"][-1].startswith("AssertionError: \nItems are not equal:")
        assert "/" not in text.replace("----> ", "")

    def test_show_a_line_once_and_few_of_many(self, address: Address) -> None:
        lines = [f"def f{i}(): return [f{i + 1}() for _ in range(1)]" for i in range(20)]
        run = run_one(address, "", "\n".join([*lines, "def f20(): 1 / 0", "f0()"]))
        shown = [line.split("\n")[0] for line in run.outputs[0]["traceback"][1:-1]]
        assert shown == [f"line {number} of the test" for number in (22, 18, 19, 20, 21)]

    def test_in_a_hidden_line_show_type_and_message_alone(self, address: Address) -> None:
        test = (
            "assert True\n### BEGIN HIDDEN TESTS\nsecret = 6\n"
            "assert double(3) == secret, 'three'\n### END HIDDEN TESTS"
        )
        (output,) = run_one(address, WRONG, test, "double").outputs
        assert output["traceback"] == ["AssertionError: three"]

    def test_are_hidden_by_the_markers_of_the_course(self, address: Address) -> None:
        test = "# (secret\nassert double(3) == 6\n# secret)"
        run = run_one(address, WRONG, test, "double", hidden=(("# (secret", "# secret)"),))
        assert message(run) == "AssertionError"

    def test_of_the_learner_show_the_learners_frames(self, address: Address) -> None:
        code = "def double(x):\n    return inner(x)\ndef inner(x):\n    raise KeyError('no such x')"
        test = "### BEGIN HIDDEN TESTS\nsecret = double(1)\n### END HIDDEN TESTS"
        run = run_one(address, code, test, "double")
        text = message(run)
        assert (run.status, run.error) == ("error", "KeyError")
        assert "in double" in text
        assert "in inner" in text
        assert text.endswith("KeyError: 'no such x'")
        assert "secret" not in text
        assert "autograder" not in text

    def test_keep_the_name_of_a_learners_class(self, address: Address) -> None:
        code = "class Odd(ValueError): pass\ndef double(x): raise Odd('even')"
        run = run_one(address, code, "double(1)", "double")
        assert run.error == "Odd"
        assert message(run).endswith("Odd: even")

    def test_tell_when_memory_was_short(self, address: Address) -> None:
        run = run_one(address, "", "raise MemoryError", limits=Limits())
        assert (run.status, run.error) == ("error", "MemoryError")

    def test_of_syntax_are_errors_of_the_test(self, address: Address) -> None:
        assert run_one(address, "", "1 +").error == "SyntaxError"

    def test_with_a_long_message_are_cut(self, address: Address) -> None:
        (output,) = run_one(address, "", "raise ValueError('x' * 10**6)").outputs
        assert len(output["evalue"]) == 10_000

    def test_name_no_folder_of_the_judge(self, address: Address) -> None:
        test = "import os\nopen(os.path.abspath('missing.csv'))"
        run = run_one(address, "", test)
        assert message(run).endswith(
            "FileNotFoundError: [Errno 2] No such file or directory: 'missing.csv'"
        )


class TestFaults:
    def test_a_death_is_told_and_a_new_process_goes_on(self, address: Address) -> None:
        cells = ordinary(IMPORTS), test_cell("double(1)", "double"), test_cell(TEST, "double")
        with judged(address, "import os\ndef double(x): os._exit(1)", *cells) as judge:
            run = judge.run_test(1, 20)
            assert (run.status, run.error, run.shown) == ("died", "", [])
            with connected(judge, DOUBLE):
                assert judge.run_test(2, 20).status == "ok"

    def test_a_test_that_swallows_a_fault_has_it_all_the_same(self, address: Address) -> None:
        test = "try:\n    double(1)\nexcept BaseException:\n    pass"
        run = run_one(address, "import os\ndef double(x): os._exit(1)", test, "double")
        assert run.status == "died"

    def test_a_death_before_a_test_costs_that_test(self, address: Address) -> None:
        with judged(address, "import os; os._exit(1)", test_cell("1", "double")) as judge:
            assert judge.run_test(0, 5).status == "died"

    def test_the_learners_time_is_limited(self, address: Address) -> None:
        code = "def double(x):\n    while True: pass"
        with judged(address, code, test_cell("double(1)", "double")) as judge:
            run = judge.run_test(0, 0.5)
        assert (run.status, run.error) == ("timeout", "")
        assert run.learner_seconds == pytest.approx(0.5, abs=0.4)

    def test_a_test_that_never_ends_is_ended(
        self, address: Address, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        test = (
            "import autograder.judge.notebook as own\nown._RING_AGAIN = 0.1\n"
            "import signal; signal.setitimer(signal.ITIMER_REAL, 0.2, 0.1)\n"
            "while True:\n    try:\n        while True: pass\n    except BaseException: break"
        )
        run = run_one(address, "", test)
        assert (run.status, run.error) == ("timeout", "")

    def test_a_kernel_that_is_given_up_ends_the_test(self, address: Address) -> None:
        from threading import Timer

        code = "import time\ndef double(x): time.sleep(60)"
        with judged(address, code, test_cell("double(1)", "double")) as judge:
            Timer(0.3, judge.disconnect).start()
            assert judge.run_test(0, 50).status == "died"


class TestLoans:
    QUADRUPLE = f"{WRONG}\ndef quadruple(x): return double(double(x))"
    TEST = "with check.lend(double=lambda x: 2 * x):\n    print(quadruple(5), double(5))"

    def test_reach_the_learners_code_and_the_tests_own(self, address: Address) -> None:
        test = f"{self.TEST}\nprint(quadruple(5), 'double' in globals())"
        assert printed(run_one(address, self.QUADRUPLE, test, "quadruple")) == "20 10\n7 False\n"

    def test_never_hold_what_is_tested(self, address: Address) -> None:
        run = run_one(address, self.QUADRUPLE, self.TEST, "double", "quadruple")
        assert run.error == "ValueError"
        assert "double cannot be lent: this test asks for the learner's own" in message(run)


class TestRandomNumbers:
    TEST = "print(check.rng('a').integers(10**9), check.rng('b').integers(10**9))"

    def test_are_the_same_for_all_who_have_the_seed_and_no_others(self, address: Address) -> None:
        seeds = [b"1" * 16, b"1" * 16, b"2" * 16]
        texts = [printed(run_one(address, "", self.TEST, seed=seed)) for seed in seeds]
        assert texts[0] == texts[1] != texts[2]
        assert len(set(texts[0].split())) == 2

    def test_do_not_depend_on_what_learners_can_set(
        self, address: Address, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        setting = "import os; os.environ['FORWARDPASS_TEST_SEED'] = '7'"
        plain, other = (
            printed(run_one(address, "", f"{first}\n{self.TEST}")) for first in ("", setting)
        )
        assert plain == other
