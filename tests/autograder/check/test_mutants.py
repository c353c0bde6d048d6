import ast
import textwrap

import pytest

from autograder.check.mutants import equivalent_text, make_mutants, sample_of


def solution(*lines: str) -> str:
    """Return a solution cell with these lines in its region."""
    region = ["### BEGIN SOLUTION", *lines, "### END SOLUTION"]
    return "def f(x, y=2):\n" + textwrap.indent("\n".join(region), "    ")


def mutated(*lines: str) -> list[str]:
    return [mutant.mutated for mutant in make_mutants("f", solution(*lines))]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("return a + b", {"return a - b"}),
        ("return a - b", {"return a + b", "return b - a"}),
        ("return a / b", {"return a * b", "return b / a"}),
        ("return a @ b", {"return a * b", "return b @ a"}),
        ("return a // b", {"return a / b"}),
        ("return a < b", {"return a <= b", "return a >= b"}),
        ("return a == b", {"return a != b"}),
        ("return a is b", {"return a is not b"}),
        ("return a and b", {"return a or b"}),
        ("return not a", {"return a"}),
        ("return [a for a in b if c]", {"return [a for a in b if not c]"}),
        ("return g(a, axis=0)", {"return g(a, axis=1)"}),
        ("return g(a, axis=1)", {"return g(a, axis=0)"}),
        ("return g(a, axis=-1)", {"return g(a, axis=0)"}),
        ("return g(a, dim=1)", {"return g(a, dim=0)"}),
        ("return g(a, axis=(0, 2))", set()),
        ("return g(a, keepdims=True)", {"return g(a, keepdims=False)"}),
        ("return a ** 3", {"return a * 3", "return a ** 4"}),
        ("return a[1]", {"return a[2]", "return a[0]"}),
        ("return a[-1]", {"return a[1]", "return a[-2]"}),
        ("return a[:-1]", {"return a[:1]", "return a[:-2]"}),
        ("return a.reshape(-1)", {"return a.reshape(1)"}),
        ("return 0.5 * a", {"return 0.5 / a", "return 1.0 * a"}),
        ("return g(0)", {"return g(1)"}),
        ("return -a", {"return a"}),
        ("return a.T", {"return a"}),
        ("return a.copy()", {"return a"}),
        ("return np.copy(a)", {"return a"}),
        ("return range(n)", {"return range(1, n)", "return range(n - 1)"}),
        ("return range(0, n)", {"return range(1, n)", "return range(0, n - 1)"}),
        ("return range(a, b)", {"return range(a + 1, b)", "return range(a, b - 1)"}),
        ("return max(a)", {"return min(a)"}),
        ("return np.argmax(a)", {"return np.argmin(a)"}),
        ("return a.sum()", {"return a.mean()"}),
        ("return np.zeros(n)", {"return np.ones(n)"}),
        ("return np.exp(a)", {"return np.log(a)"}),
        ("return np.argsort(a)", {"return np.argsort(a)[::-1]"}),
        ("return sorted(a)", {"return sorted(a)[::-1]"}),
        ("return np.where(a, b, c)", {"return np.where(a, c, b)"}),
        ("return np.sqrt(a)", {"return a"}),
        ("a += b", {"a -= b", "a = b", "pass  # a += b"}),
        ("a.sort()", {"pass  # a.sort()"}),
        ("del a", {"pass  # del a"}),
    ],
)  # fmt: skip
def test_a_statement_has_exactly_these_mutants(statement, expected):
    found = mutated(statement)
    assert set(found) == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    "statement",
    [
        'return f"{a + b} of {n - 1}"',
        'return "text" + a',
        "return np.random.default_rng(3)",
        "return g(seed=3, random_state=4, verbose=True, atol=1e-3)",
        "return g(1e-12, 1e9)",
        "print(1 + 2)",
        '"""A text with 1 + 2."""',
        "import os",
    ],
)
def test_what_no_test_should_see_is_left_alone(statement):
    assert mutated(statement) == []


def test_a_condition_is_negated_and_its_statement_dropped():
    assert set(mutated("if a or b:", "    c()")) == {
        "if a and b: ...",
        "if not (a or b): ...",
        "pass  # if a or b: ...",
        "pass  # c()",
    }


def test_what_a_norm_or_a_product_with_one_cannot_show_is_left_alone():
    assert mutated("return np.linalg.norm(a - b)") == ["return np.linalg.norm(a + b)"]
    assert "return (b - a) ** 2" not in mutated("return (a - b) ** 2")
    assert "a /= -1" not in mutated("a *= -1")


def test_an_epsilon_keeps_its_sign():
    assert set(mutated("return a / (b + 1e-12)")) == {
        "return a * (b + 1e-12)",
        "return (b + 1e-12) / a",
    }


def test_only_the_solution_region_is_changed():
    code = "k = 1 + 2\n" + solution("return x") + "\n" + "last = 3"
    assert make_mutants("f", code) == ()


def test_every_method_of_a_class_is_changed_in_its_region():
    region = "        ### BEGIN SOLUTION\n        return {}\n        ### END SOLUTION\n"
    method = "    def {}(self):\n" + region
    code = (
        "class C:\n    size = 5\n" + method.format("a", "self.x + 1") + method.format("b", "-2.0")
    )
    lines = {mutant.line for mutant in make_mutants("f", code)}
    assert lines == {5, 9}


def test_a_helper_keeps_its_annotations_and_docstring_and_not_its_defaults():
    helper = ["def f(x: g(1), k=3) -> h(2):", '    """Add 4."""', "    return x"]
    code = "\n".join(["### BEGIN SOLUTION", *helper, "### END SOLUTION"])
    (mutant,) = make_mutants("f", code)
    assert mutant.mutated == "def f(x: g(1), k=4) -> h(2): ..."


def test_an_error_can_be_dropped_but_its_message_is_not_changed():
    lines = ("if n < m:", '    raise ValueError(f"{n + 1}", 7)', "return n")
    assert set(mutated(*lines)) == {
        "pass  # if n < m: ...",
        "pass  # raise ValueError(f'{n + 1}', 7)",
        "if n <= m: ...",
        "if n >= m: ...",
    }


def test_the_only_return_stays_and_an_early_one_is_dropped():
    assert "pass  # return a" not in mutated("return a")
    assert "pass  # return a" in mutated("if c:", "    return a", "return b")


def test_a_mutant_names_its_line_and_runs():
    code = solution("total = 0", "for i in range(y):", "    total = total + x", "return total")
    mutants = make_mutants("f", code)
    mutant = next(m for m in mutants if m.mutated == "total = total - x")
    assert (mutant.exercise, mutant.line, mutant.original) == ("f", 5, "total = total + x")
    names: dict = {}
    exec(mutant.code, names)
    assert names["f"](3) == -6


def test_mutants_are_different_valid_and_always_in_the_same_order():
    code = solution("a = max(x, 1) - 1", "while a and y:", "    a -= 1", "return a * a.T")
    first, second = make_mutants("f", code), make_mutants("f", code)
    assert first == second
    assert len({mutant.code for mutant in first}) == len(first)
    assert ast.unparse(ast.parse(code)) not in {mutant.code for mutant in first}
    assert all(ast.parse(mutant.code) for mutant in first)


@pytest.mark.parametrize(
    ("block", "text"),
    [
        ("x = (1 +\n     2)  # comment", "x = 1 + 2"),
        ("for i in range( 3 ):\n    x = i\n    y = i", "for i in range(3): ..."),
        ("if a: ...", "if a: ..."),
        ("pass  # x=x*1", "pass  # x = x * 1"),
        ("pass # if a: ...", "pass  # if a: ..."),
        ("return x", "return x"),
    ],
)
def test_an_equivalent_block_may_be_written_in_any_layout(block, text):
    assert equivalent_text(block) == text


class TestSample:
    MUTANTS = make_mutants("f", solution("return a - b + 3 * c", "return a < b and c"))

    def test_without_a_number_it_is_all(self):
        assert sample_of(self.MUTANTS, None, ()) == self.MUTANTS

    def test_it_has_so_many_in_the_order_of_the_text_and_is_always_the_same(self):
        sample = sample_of(self.MUTANTS, 3, ())
        assert len(sample) == 3
        assert [mutant for mutant in self.MUTANTS if mutant in sample] == list(sample)
        assert sample_of(self.MUTANTS[::-1], 3, ())[::-1] == sample

    def test_a_larger_one_holds_a_smaller_one(self):
        assert set(sample_of(self.MUTANTS, 3, ())) < set(sample_of(self.MUTANTS, 5, ()))

    def test_what_is_excused_comes_on_top(self):
        excused = {self.MUTANTS[0].mutated, self.MUTANTS[-1].mutated}
        sample = sample_of(self.MUTANTS, 1, excused)
        assert {mutant.mutated for mutant in sample} > excused
        assert len([mutant for mutant in sample if mutant.mutated not in excused]) == 1
