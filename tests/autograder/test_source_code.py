"""What is read out of the code of cells: names, modules, and a tree where there is one."""

import pytest

from autograder.source_code import (
    defined_names,
    imported_modules,
    parsed_anyway,
    parsed_cell,
    possible_modules,
)


class TestParsing:
    @pytest.mark.parametrize("magic", ["%matplotlib inline", "x = !ls", "x = %pwd", "int?"])
    def test_an_authors_cell_is_code_as_ipython_runs_it(self, magic: str) -> None:
        assert len(parsed_cell(f"a = 1\n{magic}\n").body) == 2

    def test_an_authors_cell_that_is_not_code_is_refused(self) -> None:
        with pytest.raises(SyntaxError):
            parsed_cell("def f(:\n    pass")

    @pytest.mark.parametrize("code", ["if a:\n    %magic\n", "!ls\nb = 1", "%%time\nb = 1"])
    def test_magics_do_nothing_in_anybodys_cell(self, code: str) -> None:
        assert parsed_anyway(code) is not None

    def test_what_looks_like_a_magic_stays_where_it_is_code(self) -> None:
        tree = parsed_anyway('a = """\n%s"""\nb = (1\n% 2)')
        assert [type(statement.value).__name__ for statement in tree.body] == ["Constant", "BinOp"]

    @pytest.mark.parametrize("code", ["def f(:", "a\0 = 1", "(" * 5000])
    def test_there_is_no_tree_of_what_is_not_code(self, code: str) -> None:
        assert parsed_anyway(code) is None


class TestModules:
    def test_those_of_import_statements_are_found_at_any_depth(self) -> None:
        code = "import a.b\ndef f():\n    from c.d import e\nfrom . import g"
        assert imported_modules([parsed_cell(code)]) == {"a.b", "c.d"}

    def test_what_only_may_be_a_module_is_told_apart(self) -> None:
        cells = ["import numpy as np\nfrom torch.nn import init", "np.fft.fft; x.y; init.ones"]
        trees = [parsed_cell(code) for code in cells]
        assert imported_modules(trees) == {"numpy", "torch.nn"}
        assert possible_modules(trees) == {
            "numpy.fft",
            "numpy.fft.fft",
            "torch.nn.init",
            "torch.nn.init.ones",
        }


class TestNames:
    @pytest.mark.parametrize(
        ("source", "names"),
        [
            ("def f(x):\n    y = 1\n    return x", {"f"}),
            ("async def f(): pass\nclass A: pass", {"f", "A"}),
            ("a, (b, *c) = d = 1\ne: int = 2\nf += 1\ng[0] = h.i = 3", {"a", "b", "c", "d", "e"}),
            (
                "if x:\n    a = 1\nelse:\n    b = 2\ntry:\n    c = 1\nexcept E:\n    d = 2",
                set("abcd"),
            ),
            ("%matplotlib inline\n!pip install x\nif b:\n    a = 1", {"a"}),
            ("%%time\na = 1", {"a"}),
            ("def f(x:\n    return\nb = ls", {"f", "b"}),
            ("a == 1\nlambda: 1\nprint(b)", set()),
            ("import a\nfrom b import c", set()),
            ("x" * 1_000_000 + " = 1", {"x" * 1_000_000}),
        ],
    )
    def test_they_are_those_of_the_top_level(self, source: str, names: set[str]) -> None:
        assert defined_names(source) == names

    def test_imports_count_where_asked(self) -> None:
        assert defined_names("import a.b\nfrom c import d as e", imports=True) == {"a", "e"}

    @pytest.mark.parametrize(
        "code", ["(" * 5000, "-" * 40_000 + "1", "1" + "+1" * 20_000, "a" + "[0]" * 16_000, "a\0=1"]
    )
    def test_code_that_breaks_the_parser_still_has_names(self, code: str) -> None:
        assert "f" in defined_names(f"def f(): pass\n{code}")
