"""A slip written as a replacement: what it gives, and what is refused with file and line."""

import ast
from pathlib import Path

import pytest

from autograder.check.mistakes import Variant, parse_mistakes
from autograder.errors import InputError

CELL = '''\
def shrink(x, factor):
    """Return x / factor, and x where factor is 0."""
    ### BEGIN SOLUTION
    if factor == 0:
        return x
    result = x / factor
    return result
    ### END SOLUTION


def twice(x):
    ### BEGIN SOLUTION
    result = 2 * x
    return result
    ### END SOLUTION
'''
WITHOUT_MARKERS = "\n".join(line for line in CELL.splitlines() if "###" not in line)


def variants(folder: Path, text: str) -> tuple[Variant, ...]:
    path = folder / "mistakes.py"
    path.write_text(text, encoding="utf-8")
    return parse_mistakes(path, {"shrink": CELL})


def code(folder: Path, calls: str, kind: str = "mistake") -> str:
    return variants(folder, f"# %% {kind}: shrink | wrong\n{calls}\n")[0].code


def changed(old: str, new: str) -> str:
    assert WITHOUT_MARKERS.count(old) == 1
    return WITHOUT_MARKERS.replace(old, new)


@pytest.mark.parametrize("kind", ["mistake", "alternative", "crash", "endless"])
def test_one_text_of_the_reference_is_replaced_and_the_markers_are_gone(tmp_path, kind):
    found = code(tmp_path, 'replace("factor == 0", "factor == 1")', kind)
    assert found == changed("factor == 0", "factor == 1")


def test_a_text_is_looked_up_in_the_solution_alone(tmp_path):
    # It stands in the docstring, too.
    assert WITHOUT_MARKERS.count("x / factor") == 2
    found = code(tmp_path, 'replace("x / factor", "x * factor")')
    assert found == changed("result = x / factor", "result = x * factor")


def test_calls_are_applied_one_after_another(tmp_path):
    calls = 'replace("2 * x", "x + x")\nreplace("x + x", "x + x + x")'
    assert code(tmp_path, calls) == changed("2 * x", "x + x + x")


def test_the_indentation_of_several_lines_does_not_count(tmp_path):
    calls = '''\
replace(
    """
    if factor == 0:
        return x
    """,
    """
    if factor < 0:

        return -x
    """,
)'''
    expected = "    if factor < 0:\n\n        return -x\n"
    assert code(tmp_path, calls) == changed("    if factor == 0:\n        return x\n", expected)


def test_one_line_becomes_several_at_its_place(tmp_path):
    calls = '''\
replace(
    "return x",
    """
    x = x + 1
    return x
    """,
)'''
    expected = "        x = x + 1\n        return x\n"
    assert code(tmp_path, calls) == changed("        return x\n", expected)


def test_lines_are_taken_out(tmp_path):
    calls = 'replace("""\nif factor == 0:\n    return x\n""", "")'
    expected = changed("    if factor == 0:\n        return x\n", "")
    assert ast.dump(ast.parse(code(tmp_path, calls))) == ast.dump(ast.parse(expected))


def test_nothing_is_executed(tmp_path):
    with pytest.raises(InputError, match=r'write replace\("old text", "new text"\)'):
        code(tmp_path, f'replace("2 * x", open({str(tmp_path / "made")!r}, "w").name)')
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("calls", "line", "message"),
    [
        ('replace("3 * x", "x")', 2, "occurs 0 times in the solution of 'shrink'.*copy it"),
        ('replace("Return", "x")', 2, "occurs 0 times"),
        ('replace("result", "x")', 2, "occurs 4 times in the solution of 'shrink'.*add what"),
        ('replace("2 * x", "x")\n\nreplace("2 * x", "x")', 4, "occurs 0 times.*the calls above"),
        # The end of one region and the begin of the next are not one text.
        ('replace("""\nreturn result\nresult = 2 * x\n""", "x")', 2, "occurs 0 times"),
        # The second line stands deeper in the reference than in the old text.
        ('replace("""\nif factor == 0:\nreturn x\n""", "x")', 2, "occurs 0 times"),
        ('replace("2 * x", "2 *")', 2, "not valid Python.*result = 2 \\*"),
        ('replace("2 * x", "2 * x")', 2, "same code as before"),
        ('replace("2 * x", "2  *  x")', 2, "same code as before"),
        ('replace("2 * x", "x * 3")\nreplace("x * 3", "2 * x")', 3, "same code as before"),
        ('replace("", "x")', 2, "another form.*the old one not empty"),
        ('replace("2 * x")', 2, "another form"),
        ('replace("2 * x", "x", "y")', 2, "another form"),
        ('replace("2 * x", new="x")', 2, "another form"),
        ('replace("2 * x", 3)', 2, "another form"),
        ('x = 3\nreplace("2 * x", f"{x}")', 2, "either a whole cell or calls of replace"),
        ('replace("2 * x", f"{x}")', 2, "another form"),
        ('replace("2 * x", "x")\nprint("done")', 3, "either a whole cell or calls of replace"),
    ],
)
def test_a_replacement_that_does_not_fit_is_refused_with_its_line(tmp_path, calls, line, message):
    with pytest.raises(InputError, match=message) as refused:
        code(tmp_path, calls)
    assert (refused.value.path, refused.value.line) == (tmp_path / "mistakes.py", line)


def test_an_equivalent_block_is_the_mutated_statement_itself(tmp_path):
    with pytest.raises(InputError, match="exactly one statement") as refused:
        code(tmp_path, 'replace("2 * x", "x")', "equivalent")
    assert refused.value.line == 1
