"""Formulas on pages: made without a network, never garbled, never a way in for scripts."""

from pathlib import Path

import jupytext
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.formulas import mathml
from autograder.markdown import formulas_as_markdown, markdown_to_html, with_formulas

COURSE = Path(__file__).parents[2] / "course"


def rendered(source: str) -> str:
    return with_formulas(markdown_to_html(source, HTMLExporter(), {}))


def text_of(page: str) -> str:
    """Return the words that a reader sees outside of code and formulas."""
    soup = BeautifulSoup(page, features="html.parser")
    for element in soup.find_all(["code", "pre", "math"]):
        element.decompose()
    return soup.text


@pytest.mark.parametrize("path", sorted(COURSE.glob("*/*.md")), ids=lambda path: path.parent.name)
def test_every_formula_of_the_course_is_rendered(path: Path) -> None:
    texts = [cell.source for cell in jupytext.read(path).cells if cell.cell_type == "markdown"]
    pages = [rendered(text) for text in texts]
    assert not [line for page in pages for line in text_of(page).splitlines() if "$" in line]
    assert not [line for page in pages for line in text_of(page).splitlines() if "\\" in line]


@pytest.mark.parametrize(
    "latex",
    [
        r"\begin{aligned} a &= b \\[2ex] c &= d \end{aligned}",
        r"\begin{align} a &= b \end{align}",
        r"\begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases}",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
        r"\underbrace{\mathbf{X}^\top}_{(n, m)} \boxed{\mathbb{E}[\hat y]} \operatorname{Var}",
        "\\arg\\max_\\theta\\ \\\n\\tfrac12 \\lVert w \\rVert^2",
    ],
)
def test_what_a_course_writes_is_read(latex: str) -> None:
    element = mathml(latex, is_display=True)
    assert element is not None
    assert "&amp;" not in element
    assert "2ex" not in element
    assert "\\" not in element


def test_a_box_has_its_line_where_browsers_know_no_menclose() -> None:
    assert "border: 1px solid" in mathml(r"\boxed{x}", is_display=True)


@pytest.mark.parametrize(
    "source",
    [
        "costs $5 and $6 a month",
        "from $5-$6",
        "$ 5 to $ 6",
        "an escaped \\$5\\$",
        "half a formula: $\\frac{a$",
        "unknown: $\\nosuchcommand{x}$",
        "$\\begin{nosuch} a & b \\end{nosuch}$",
        "misplaced: $a & b$",
        "$\\def\\a{\\a\\a}\\a$",
        f"$ {'{' * 100}x{'}' * 100} $",
        f"${'x' * 6000}$",
    ],
)
def test_what_is_no_formula_stays_as_it_was_written(source: str) -> None:
    page = rendered(source)
    assert "<math" not in page
    assert " ".join(text_of(page).split()) == " ".join(source.replace("\\$", "$").split())


@pytest.mark.parametrize(
    "source", ["`$x$` and `\\(x\\)`", "```\n$x$\n```", "    $x$", "<pre>$x$</pre>"]
)
def test_code_has_no_formulas(source: str) -> None:
    assert "<math" not in rendered(source)
    assert "$x$" in rendered(source)


def test_a_heading_keeps_its_address_and_a_hint_its_formula() -> None:
    heading = BeautifulSoup(rendered("## The $x^2$ rule"), features="html.parser").h2
    assert heading["id"] == "The-$x^2$-rule"
    assert heading.find("msup")
    hint = rendered("<details><summary>Hint</summary>\nUse $x_1$.\n</details>")
    assert "<msub>" in hint


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>attack()</script>}",
        r"\text{&lt;script&gt;attack()&lt;/script&gt;}",
        r"<img src=x onerror=attack()>",
        r"\href{javascript:attack()}{x}",
        r"\color{red;position:fixed}x",
        r"\textcolor{red' onclick='attack()}{x}",
        r"\operatorname{<script>}",
        r"\unicode{<script>}",
    ],
)
def test_a_formula_brings_no_html_in(latex: str) -> None:
    elements = BeautifulSoup(rendered(f"${latex}$"), features="html.parser").find_all(True)
    assert not {"script", "img", "a"} & {element.name for element in elements}
    for element in elements:
        assert not {"href", "src", "onclick", "onerror", "mathcolor"} & element.attrs.keys()
        assert "position" not in element.get("style", "")


def test_an_output_that_is_one_formula_is_rendered_as_one() -> None:
    def output(latex: str) -> dict:
        cell = new_code_cell("x", outputs=[new_output("display_data", {"text/latex": latex})])
        notebook, _ = formulas_as_markdown(new_notebook(cells=[cell]), {})
        return notebook.cells[0].outputs[0].data

    assert output("$\\displaystyle x^2$") == {"text/markdown": "$\\displaystyle x^2$"}
    assert output("\\begin{align}x\\end{align}") == {"text/markdown": "\\begin{align}x\\end{align}"}
    assert output("words and $x$ *here*") == {"text/latex": "words and $x$ *here*"}


def test_an_image_from_the_network_is_its_description() -> None:
    page = rendered("[![Open](https://example.org/badge.svg)](https://example.org/) ![](//a/b.png)")
    assert '<a href="https://example.org/">Open</a>' in page
    assert "<img" not in page
