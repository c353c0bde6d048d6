"""What feedback pages promise: nbgrader's page, in no time, harmless, and silent about tests."""

import copy
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
    new_raw_cell,
)
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.cli import main
from autograder.course import load_settings
from autograder.grade.exporter import EXPORTER
from autograder.grade.feedback import html_parts
from autograder.grade.feedback.hiding import HideHiddenTests
from autograder.grade.feedback.pages import FeedbackPages, PageMark
from autograder.grade.feedback.restoring import offer

HIDDEN = """assert double(3) == 6, 'three'
### BEGIN HIDDEN TESTS
assert double("ab") == 'abab', "no \\"strings\\""
### END HIDDEN TESTS"""
SECRET = """assert double("ab") == 'abab', "no \\"strings\\"\""""

ATTACK = (
    "<script>attack()</script><img src=x onerror=attack()><svg onload=attack()></svg>"
    "<iframe srcdoc='<script>attack()</script>'></iframe><a href='javascript:attack()'>here</a>"
    "<a href='data:text/html,<script>attack()</script>'>there</a>"
    "<a href='data:image/svg+xml,<script>attack()</script>'>there</a><form action=x>form</form>"
    "<p style='position: fixed; color: red'>words</p><style>* {display: none}</style>"
)
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5Erkg="


@pytest.fixture(scope="module")
def pages() -> FeedbackPages:
    return FeedbackPages(Config())


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, course_writer: Callable[[Path], Path]) -> Path:
    course = course_writer(tmp_path_factory.mktemp("course"))
    assert main(["build", "--course-dir", str(course)]) == 0
    release = nbformat.read(course / "release/w90_tiny/w90_assignment.ipynb", as_version=4)
    release.cells.append(new_markdown_cell("A *note* of mine: $a < b$\n\n    x & y"))
    release.cells.append(new_code_cell("print('\\x1b[31mred\\x1b[0m', 1 < 2, ' & \"more\"')\n"))
    release.cells.append(new_code_cell("from IPython.display import SVG\nSVG('<svg></svg>')"))
    for learner, answer in {
        "sample01": None,
        "sample02": "def double(x):\n    return x",
    }.items():
        notebook = copy.deepcopy(release)
        for cell in notebook.cells:
            if answer and cell.metadata.get("nbgrader", {}).get("grade_id") == "double":
                cell.source = answer
        folder = course / "submitted" / learner / "w90_tiny"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "w90_assignment.ipynb")
    assert main(["grade", "w90", "--course-dir", str(course)]) == 0
    return course


def graded(
    grade_id: str = "double_tests", *outputs: NotebookNode, source: str = HIDDEN
) -> NotebookNode:
    details = {"grade_id": grade_id, "grade": True, "solution": False, "locked": True, "points": 4}
    metadata = {"nbgrader": {**details, "task": False, "schema_version": 3, "cell_type": "code"}}
    cell = new_code_cell(source, metadata=metadata, outputs=list(outputs), execution_count=4)
    return NotebookNode(cell, id=f"graded-{hash(grade_id)}")


def shown(*data: dict[str, Any], **metadata: object) -> NotebookNode:
    """Return a cell that shows something of each kind."""
    outputs = [new_output("display_data", kinds, metadata=metadata) for kinds in data]
    return new_code_cell("show()", outputs=outputs, execution_count=1)


def render(pages: FeedbackPages, *cells: NotebookNode, **noted: object) -> str:
    notebook = new_notebook(cells=list(cells))
    if noted:
        notebook.metadata["forwardpass"] = noted
    marks = {
        cell.metadata.nbgrader.grade_id: PageMark(0, 4)
        for cell in cells
        if "nbgrader" in cell.metadata
    }
    return pages.render("w90_assignment", notebook, marks).text


def overview(page: str) -> str:
    return page[page.index('class="overview"') : page.index('<div class="panel-body">')]


def body(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, features="html.parser").body


def is_harmless(page: str) -> bool:
    """Whether nothing below the head can run a script or leave its place."""
    elements = body(page).find_all(True)
    attributes = [(name, str(value)) for tag in elements for name, value in tag.attrs.items()]
    return (
        not {"script", "style", "iframe", "svg", "form"} & {tag.name for tag in elements}
        and not any(name.startswith("on") for name, _ in attributes)
        and not any(
            value.strip().startswith(("javascript:", "data:text")) for _, value in attributes
        )
        and not any(name == "href" and value.startswith("data:") for name, value in attributes)
        and not any("position" in value for name, value in attributes if name == "style")
    )


class TestTheSamePage:
    @pytest.mark.parametrize("sanitize", [True, False])
    @pytest.mark.parametrize("learner", ["sample01", "sample02"])
    def test_nbgraders_command_writes_it_to_the_byte(
        self, learner: str, sanitize: bool, course: Path
    ) -> None:
        config = load_settings(course)
        config.HTMLExporter.sanitize_html = sanitize
        path = course / "autograded" / learner / "w90_tiny/w90_assignment.ipynb"
        notebook = nbformat.read(path, as_version=4)
        pages = FeedbackPages(config)
        marks = self.marks(course, learner)
        expected = self.nbgraders_page(course, learner, sanitize)
        assert pages.render("w90_assignment", notebook, marks).text == expected
        assert pages.render("w90_assignment", notebook, marks).text == expected
        if sanitize:
            written = course / "feedback" / learner / "w90_tiny/w90_assignment.html"
            assert written.read_text(encoding="utf-8") == expected

    def test_nbgraders_command_shows_no_hidden_test(self, course: Path) -> None:
        page = self.nbgraders_page(course, "sample02", True)
        assert "(hidden tests ran here)" in page
        assert "BEGIN HIDDEN TESTS" not in page

    def marks(self, course: Path, learner: str) -> dict[str, PageMark]:
        with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
            notebook = gradebook.find_submission_notebook("w90_assignment", "w90_tiny", learner)
            comments = {comment.name: comment.comment for comment in notebook.comments}
            scores = {grade.name: (grade.score, grade.max_score) for grade in notebook.grades}
        return {
            name: PageMark(*scores.get(name, (None, 0.0)), comments.get(name))
            for name in comments.keys() | scores.keys()
        }

    def nbgraders_page(self, course: Path, learner: str, sanitize: bool) -> str:
        config = load_settings(course)
        config.CourseDirectory.root = str(course)
        config.CourseDirectory.assignment_id = "w90_tiny"
        config.CourseDirectory.student_id = learner
        config.CourseDirectory.feedback_directory = "nbgraders_feedback"
        config.GenerateFeedback.exporter_class = EXPORTER
        config.HTMLExporter.sanitize_html = sanitize
        converter = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config)
        converter.force = True
        converter.start()
        page = course / "nbgraders_feedback" / learner / "w90_tiny/w90_assignment.html"
        return page.read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        "part",
        [
            '<div class=" a  b "><span id="x">&quot;b&quot; &#39;c&#39; &amp;lt;</span></div>',
            "<div>\n\n  <pre>\n\n  </pre>   <b>x</b> \n </div>",
            '<div><img src="a.png"  ><img src="b.png" class="c" alt-less="x"></div>',
            '<p>&nbsp;In&nbsp;[1]:</p><img id="z" class="a" src="c.png"/>',
            '<p id="z" class="a">x</p>',
            '<p class="a" class="b">x</p>',
            "<p>a > b & c &copy; &#x3c;</p>",
            "<div><b>not closed</div>",
            "<div>a</div></div>",
            "<p>one<p>two",
            "<b>\xa0</b><i> </i><!-- a note --><br>",
        ],
    )
    def test_the_quick_way_to_normalise_ends_where_the_slow_one_does(
        self, part: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        quick = html_parts.normalised(part)
        monkeypatch.setattr(html_parts, "_quickly_normalised", lambda part: None)
        assert quick == html_parts.normalised(part)

    def test_the_notebook_is_not_changed(self, pages: FeedbackPages) -> None:
        notebook = new_notebook(cells=[graded(), shown({"text/html": ATTACK}, width="9")])
        before = copy.deepcopy(notebook)
        pages.render("w90_assignment", notebook, {"double_tests": PageMark(1, 4)})
        assert notebook == before

    def test_the_sum_and_the_penalty_are_those_of_the_marks(self, pages: FeedbackPages) -> None:
        notebook = new_notebook(cells=[graded("a"), graded("b")])
        page = pages.render("w90", notebook, {"a": PageMark(3, 4), "b": PageMark(2.5, 4)}, 1.5).text
        assert "w90: 4 of 8 points" in page
        assert "handed in late" in page

    def test_a_late_page_takes_a_fraction_of_a_second(self, pages: FeedbackPages) -> None:
        cells = [
            cell
            for number in range(40)
            for cell in (
                new_markdown_cell(f"## Part {number}\n\nSome *words* and $x_{number}$"),
                graded(f"t{number}", source=f"assert f({number}) == [{number}] * 3\n" * 9),
            )
        ]
        render(pages, *cells)
        begin = time.process_time()
        render(pages, *cells, new_code_cell("x = 'something new'"))
        assert time.process_time() - begin < 0.3  # nbgrader: more than a second


class TestAPageThatSomebodyElseWrote:
    def test_it_is_made_again_and_that_is_said(
        self, course: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        page = course / "feedback/sample02/w90_tiny/w90_assignment.html"
        ours = page.read_text(encoding="utf-8")
        executed = course / "autograded/sample02/w90_tiny/w90_assignment.ipynb"
        before = executed.stat().st_mtime_ns
        page.chmod(0o644)
        page.write_text(f"{ours}<pre>assert secret</pre>", encoding="utf-8")
        capsys.readouterr()
        assert main(["grade", "w90", "--course-dir", str(course)]) == 0
        told = " ".join(capsys.readouterr().out.split())
        assert page.read_text(encoding="utf-8") == ours
        assert executed.stat().st_mtime_ns == before  # nothing was executed for it
        assert "new page" in told
        assert told.count("kept") == 1
        assert main(["grade", "w90", "--course-dir", str(course)]) == 0
        assert "new page" not in capsys.readouterr().out

    def test_the_setting_that_prevents_it_is_offered_once_it_is_missing(self) -> None:
        config = Config()
        assert f'c.GenerateFeedback.exporter_class = "{EXPORTER}"' in offer(config)
        config.GenerateFeedback.exporter_class = EXPORTER
        assert offer(config) is None


class TestSettings:
    def test_a_template_that_the_course_names_is_used(self, tmp_path: Path) -> None:
        (tmp_path / "theirs").mkdir()
        (tmp_path / "theirs/conf.json").write_text('{"base_template": "classic"}')
        template = "{% for cell in nb.cells %}[{{ cell.source }}]{% endfor %}"
        (tmp_path / "theirs/index.html.j2").write_text(template)
        config = Config()
        config.HTMLExporter.template_name = "theirs"
        config.HTMLExporter.extra_template_basedirs = [str(tmp_path)]
        assert render(FeedbackPages(config), new_code_cell("1 + 1")) == "[1 + 1]"

    def test_a_course_cannot_forget_to_hide_its_tests(self) -> None:
        config = Config()
        config.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades", Shouting]
        page = render(FeedbackPages(config), graded())
        assert "# (HIDDEN TESTS RAN HERE)" in page
        assert "abab" not in page.lower()

    def test_the_courses_settings_are_not_changed(self) -> None:
        config = Config()
        config.HTMLExporter.exclude_raw = True
        before = copy.deepcopy(config)
        FeedbackPages(config)
        assert {k: v for k, v in config.items() if v} == {k: v for k, v in before.items() if v}

    def test_a_course_may_trust_its_learners(self) -> None:
        config = Config()
        config.HTMLExporter.sanitize_html = False
        page = render(FeedbackPages(config), shown({"text/html": "<script>theirs()</script>"}))
        assert "<script>theirs()</script>" in page


class Shouting(CSSHTMLHeaderPreprocessor):
    """A course's own step."""

    def __call__(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        for cell in nb.cells:
            cell.source = cell.source.upper()
        return nb, resources


class TestHiddenTests:
    @pytest.mark.parametrize(
        "output",
        [
            new_output("stream", text=SECRET),
            new_output("stream", text=repr({"a": [HIDDEN, '"']})),
            new_output("stream", text=repr(repr(HIDDEN))),
            new_output("stream", text=SECRET.replace(" ", "\x1b[34m ").replace("(", "  (\x1b[0m")),
            new_output("display_data", {"text/html": SECRET.replace('"', "&quot;")}),
            new_output("display_data", {"image/png": SECRET}),
            new_output("display_data", {"image/png": PNG}, metadata={"image/png": {"alt": SECRET}}),
            new_output("error", ename="E", evalue=SECRET, traceback=[]),
            new_output("error", ename=SECRET, evalue="", traceback=["E"]),
        ],
    )
    def test_no_output_quotes_one(self, output: NotebookNode, pages: FeedbackPages) -> None:
        spy = new_code_cell("spy()", outputs=[output])
        page = render(pages, graded(), spy, graded("other", source="1"))
        assert "abab" not in page
        assert "This output quoted a hidden test" in page

    def test_neither_do_two_outputs_together(self, pages: FeedbackPages) -> None:
        halves = [new_output("stream", text=SECRET[:16]), new_output("stream", text=SECRET[16:])]
        page = render(pages, graded(), new_code_cell("spy()", outputs=halves))
        assert "abab" not in page

    def test_what_a_hidden_test_prints_or_returns_is_not_shown(self, pages: FeedbackPages) -> None:
        outputs = [
            new_output("stream", text="the input is 7"),
            new_output("execute_result", {"text/plain": "the input is 7"}, execution_count=4),
        ]
        assert "the input is" not in render(pages, graded("a", *outputs))

    def test_nor_what_the_engine_or_a_widget_keeps_in_the_notebook(
        self, pages: FeedbackPages
    ) -> None:
        page = render(pages, graded(), repairs=[f"The cell {SECRET} was put back."])
        assert "abab" not in page
        widgets = {"application/vnd.jupyter.widget-state+json": {"state": {"a": SECRET}}}
        notebook = new_notebook(cells=[graded()], metadata={"widgets": widgets})
        cleaned, _ = HideHiddenTests().preprocess(notebook, {})
        assert "widgets" not in cleaned.metadata

    def test_ordinary_outputs_stay(self, pages: FeedbackPages) -> None:
        outputs = [new_output("stream", text="double(3) is 6"), new_output("stream", text="next")]
        page = render(pages, graded(), new_code_cell("x", outputs=outputs))
        assert "double(3) is 6" in page
        assert "quoted" not in page

    @pytest.mark.parametrize("begin", ["# BEGIN HIDDEN TESTS", "## BEGIN HIDDEN TESTS ##"])
    def test_a_marker_may_stand_anywhere_in_its_line(
        self, begin: str, pages: FeedbackPages
    ) -> None:
        source = f"assert double(3) == 6\n{begin}\n{SECRET}\n  # END HIDDEN TESTS, really"
        spy = new_code_cell("spy()", outputs=[new_output("stream", text=SECRET)])
        page = render(pages, graded(source=source), spy)
        assert "abab" not in page
        assert "HIDDEN TESTS" not in page
        assert "(hidden tests ran here)" in page

    def test_the_courses_own_markers_count(self) -> None:
        config = Config()
        config.ClearHiddenTests.begin_test_delimeter = "VERBORGEN"
        config.ClearHiddenTests.end_test_delimeter = "SICHTBAR"
        source = f"assert double(3) == 6\n# VERBORGEN\n{SECRET}\n# SICHTBAR\nlast = 1"
        page = render(FeedbackPages(config), graded(source=source))
        assert "abab" not in page
        assert "VERBORGEN" not in page
        assert "last" in page

    def test_a_mark_scheme_is_hidden_like_a_test(self, pages: FeedbackPages) -> None:
        scheme = (
            "Explain.\n=== BEGIN MARK SCHEME ===\ntwo marks for momentum\n=== END MARK SCHEME ==="
        )
        details = {"grade_id": "task", "grade": False, "solution": False, "task": True, "points": 4}
        page = render(pages, new_markdown_cell(scheme, metadata={"nbgrader": details}))
        assert "momentum" not in page
        assert "Explain." in page


class TestHarmless:
    @pytest.mark.parametrize(
        "cell",
        [
            new_markdown_cell(f"# Words\n\n{ATTACK}\n\n[here](javascript:attack())"),
            new_markdown_cell(ATTACK, attachments={"a.png": {"image/png": PNG}}),
            new_raw_cell(ATTACK, metadata={"raw_mimetype": "text/html"}),
            shown({"text/html": ATTACK}),
            shown({"text/html": ATTACK}, isolated=True),
            shown({"text/markdown": ATTACK}),
            shown({"text/latex": ATTACK}),
            shown({"image/svg+xml": f"<svg>{ATTACK}</svg>"}),
            shown({"image/png": PNG}, width="1 onerror=attack()"),
            shown({"image/png": PNG}, **{"image/png": {"height": "1 onerror=attack()"}}),
            shown({"application/javascript": "attack()"}),
            shown({"application/x-attack": ATTACK}),
            shown({"text/vnd.mermaid": ATTACK}),
            new_code_cell("x", outputs=[new_output("stream", text=ATTACK)]),
            new_code_cell("x", metadata={"magics_language": f'"{ATTACK}'}),
            new_code_cell("x", metadata={"tags": [f"'\"{ATTACK}".replace(",", "")]}),
            graded("a", new_output("error", ename=ATTACK, evalue="", traceback=[ATTACK])),
            graded("a", new_output("error", ename="E", evalue=ATTACK, traceback=[])),
            graded("a", new_output("error", ename="", evalue=" \n ", traceback=[])),
        ],
    )
    def test_nothing_of_a_learners_runs(self, cell: NotebookNode, pages: FeedbackPages) -> None:
        assert is_harmless(render(pages, cell))

    def test_the_comparison_itself_finds_attacks(self) -> None:
        assert not is_harmless(f"<body>{ATTACK}</body>")
        assert not is_harmless("<body><img onerror='attack()'></body>")
        assert not is_harmless("<body><p style='position: fixed'></p></body>")

    def test_nothing_of_a_learners_covers_the_overview(self, pages: FeedbackPages) -> None:
        page = render(pages, shown({"text/html": "<div class='navbar-fixed-top'>100 of 100</div>"}))
        assert "#notebook-container { contain: layout paint; }" in page

    def test_a_cell_that_only_claims_to_be_graded_is_an_ordinary_one(
        self, pages: FeedbackPages
    ) -> None:
        notebook = new_notebook(cells=[graded('"><script>attack()</script>'), graded("a")])
        notebook.cells.append(new_code_cell("x", metadata={"nbgrader": ["odd"]}))
        page = pages.render("w90", notebook, {"a": PageMark(1, 4)}).text
        assert is_harmless(page)
        assert overview(page).count("<tr") == 2

    def test_tables_figures_formulas_and_links_look_as_ever(self, pages: FeedbackPages) -> None:
        table = (
            "<style scoped>.dataframe { color: red }</style>"
            '<table border="1" class="dataframe"><thead><tr style="text-align: right;">'
            "<th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
        )
        words = body(render(pages, shown({"text/html": table}), new_markdown_cell("# A\n\n[b](c)")))
        assert words.find("table", class_="dataframe").find("th").text == "a"
        assert words.find("tr", style="text-align: right;")
        assert ".dataframe" not in words.text
        assert words.find("a", href="c").text == "b"
        assert words.find("h1", id="A")
        page = render(pages, new_markdown_cell("$a < b$ and $$\\begin{x} & y \\end{x}$$"))
        assert "<mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow></math> and" in page
        assert "$$\\begin{x} &amp; y \\end{x}$$" in page  # no environment that anybody knows
        page = render(
            pages, shown({"image/png": PNG}, width=40), shown({"image/svg+xml": "<svg/>"})
        )
        assert '<img alt="No description has been provided for this image" src="data:image/' in page
        assert 'width="40"' in page

    def test_an_output_that_cannot_be_shown_is_replaced_by_its_text(
        self, pages: FeedbackPages
    ) -> None:
        page = render(pages, shown({"application/javascript": "a()", "text/plain": "<Script>"}))
        assert "&lt;Script&gt;" in page

    @pytest.mark.parametrize("text", ["<div>" * 3000, "<b>" * 9000, "x<br>" * 20_000])
    def test_html_that_is_made_to_take_minutes_is_not_shown(
        self, text: str, pages: FeedbackPages
    ) -> None:
        begin = time.process_time()
        page = render(pages, shown({"text/html": text}), new_markdown_cell(text))
        assert "too long, or too deeply nested" in page
        assert time.process_time() - begin < 2

    def test_a_picture_that_is_not_attached_costs_no_more_than_its_cell(
        self, pages: FeedbackPages
    ) -> None:
        page = render(pages, new_markdown_cell("![](attachment:a.png)"), new_markdown_cell("more"))
        assert "attachment:a.png" in page
        assert "more" in page

    def test_what_one_learner_attaches_is_not_on_anothers_page(self, pages: FeedbackPages) -> None:
        source = "![](attachment:a.png)"
        for content in ("QUFB", "QkJC"):
            cell = new_markdown_cell(source, attachments={"a.png": {"image/png": content}})
            assert f"base64,{content}" in render(pages, cell)


class TestWhatTheEngineNoted:
    def test_repairs_are_listed_as_text(self, pages: FeedbackPages) -> None:
        page = render(pages, graded(), repairs=["The cell <b>x</b> was put back.", 3])
        assert "What was put right before grading" in page
        assert "<li>The cell &lt;b&gt;x&lt;/b&gt; was put back.</li>" in page

    @pytest.mark.parametrize(
        ("outcome", "words"),
        [
            ("timeout", "did not finish in time"),
            ("out of memory", "more memory than is available"),
            ("kernel died", "Python process ended"),
            ("tampered", "does not count"),
            ("not run", "did not run"),
            ("manual", "marked by hand"),
        ],
    )
    def test_an_outcome_is_said_in_words(
        self, outcome: str, words: str, pages: FeedbackPages
    ) -> None:
        page = overview(render(pages, graded(), outcomes={"double_tests": outcome}))
        assert words in page
        assert page.count("✗") == (outcome != "manual")

    @pytest.mark.parametrize("outcome", ["passed", "failed", "partial"])
    def test_ordinary_outcomes_need_no_words(self, outcome: str, pages: FeedbackPages) -> None:
        page = overview(render(pages, graded(), outcomes={"double_tests": outcome}))
        assert f"{outcome}:" not in page

    @pytest.mark.parametrize(
        ("mark", "outcome", "sign"),
        [
            (PageMark(0, 4), "tampered", "✗"),
            (PageMark(0, 0), "tampered", "✗"),
            (PageMark(0, 0), "failed", "✗"),
            (PageMark(0, 4), "passed", "✗"),
            (PageMark(4, 4), "passed", "✓"),
            (PageMark(2, 4), "partial", "✗"),
            (PageMark(None, 4), "manual", "…"),
            (PageMark(0, 4), "manual", "…"),
            (PageMark(4, 4), "manual", "✓"),
        ],
    )
    def test_the_sign_never_flatters(
        self, mark: PageMark, outcome: str, sign: str, pages: FeedbackPages
    ) -> None:
        notebook = new_notebook(cells=[graded()])
        notebook.metadata["forwardpass"] = {"outcomes": {"double_tests": outcome}}
        page = pages.render("w90", notebook, {"double_tests": mark}).text
        assert f'<td class="sign">{sign}</td>' in page

    @pytest.mark.parametrize(
        "noted",
        [
            {"sandbox": "bubblewrap"},
            {"repairs": "x", "outcomes": [1]},
            {"repairs": [{}], "outcomes": {"double_tests": ["timeout"]}},
        ],
    )
    def test_anything_else_is_not_shown(
        self, noted: dict[str, object], pages: FeedbackPages
    ) -> None:
        assert render(pages, graded(), **noted) == render(pages, graded())
        notebook = new_notebook(cells=[], metadata={"forwardpass": ["odd"]})
        assert "put right" not in pages.render("w90", notebook, {}).text

    def test_a_row_has_the_title_of_its_exercise(self, pages: FeedbackPages) -> None:
        page = overview(
            render(
                pages,
                new_markdown_cell("# The assignment\n\n```\n# no heading\n```"),
                graded("before_tests"),
                new_markdown_cell("## Exercise 1: *double* `it`\n\nWords."),
                graded("double_tests_values"),
                graded("double_tests_of_strings"),
                new_markdown_cell("## Exercise 2: [<b>](x) & co"),
                graded("other_tests"),
            )
        )
        rows = [link.text for link in BeautifulSoup(page, features="html.parser").find_all("a")]
        assert rows == [
            "before_tests",
            "Exercise 1: double it, values",
            "Exercise 1: double it, of strings",
            "Exercise 2: <b> & co",
        ]

    def test_learner_and_date_stand_below_the_title(self, pages: FeedbackPages) -> None:
        page = render(pages, graded(), learner="<b>sample01", date="handed in on 3 May 2026")
        assert '<p class="who">&lt;b&gt;sample01 · handed in on 3 May 2026</p>' in page

    def test_a_death_is_told_once(self, pages: FeedbackPages) -> None:
        death = new_output(
            "error", ename="DeadKernelError", evalue="the process ended", traceback=[]
        )
        page = overview(render(pages, graded("t", death), outcomes={"t": "kernel died"}))
        assert page.count("ended") == 1

    def test_an_untouched_stub_is_not_answered_yet(self, pages: FeedbackPages) -> None:
        stub = new_output("error", ename="NotImplementedError", evalue="", traceback=[])
        page = overview(render(pages, graded("t", stub), outcomes={"t": "failed"}))
        assert "not answered yet" in page
        assert "NotImplementedError" not in page


class TestThatCannotBeRendered:
    """A page costs no grade: what cannot be rendered is shown as it was written."""

    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ("my%20drawing.png", "my drawing.png"),
            ("R%C3%A4tsel.png", "Rätsel.png"),
            ("50%25.png", "50%.png"),
            ("a%20b.png", "a%20b.png"),
        ],
    )
    def test_an_attachment_is_found_by_its_encoded_name(
        self, written: str, name: str, pages: FeedbackPages
    ) -> None:
        cell = new_markdown_cell(
            f"![mine](attachment:{written})", attachments={name: {"image/png": PNG}}
        )
        assert f'src="data:image/png;base64,{PNG}"' in render(pages, cell)

    @pytest.mark.parametrize(
        "attachments",
        [
            {},
            {"other.png": {"image/png": PNG}},
            {"a.png": {}},
            {"a.png": {"image/png": 3}},
        ],
    )
    def test_a_missing_one_shows_its_text(
        self, attachments: dict[str, Any], pages: FeedbackPages
    ) -> None:
        cell = new_markdown_cell("![my drawing](attachment:a.png) and **more**")
        cell["attachments"] = attachments
        notebook = new_notebook()
        notebook.cells = [cell]  # not validated
        page = pages.render("w90", notebook, {}).text
        assert "my drawing and <strong>more</strong>" in page

    @pytest.mark.parametrize(
        "cell",
        [
            NotebookNode(new_markdown_cell("x"), attachments=["odd"]),
            NotebookNode(new_markdown_cell("x"), metadata=NotebookNode(tags=3)),
            NotebookNode(new_code_cell("x"), metadata=NotebookNode(tags={"a": 1})),
            NotebookNode(new_code_cell("x"), metadata=NotebookNode(magics_language=[1])),
            NotebookNode(new_code_cell("x"), execution_count="odd"),
            NotebookNode(new_code_cell("x"), outputs=[NotebookNode(output_type="odd")]),
            NotebookNode(new_code_cell("x"), outputs=[NotebookNode(output_type="stream")]),
            shown({"image/png": "no base64 \ud800"}),
            shown({"image/svg+xml": "<svg><g></svg"}),
            shown({"text/html": "<table>" + "<tr><td>1" * 200_000}),
            shown({"text/html": "\ud800"}),
            NotebookNode(
                new_code_cell("x"),
                outputs=[NotebookNode(output_type="display_data", data={"text/plain": ["a", 3]})],
            ),
            shown({"text/latex": "$\\left($"}),
            shown({"text/markdown": "$$\\frac{$$ [x]( ![](attachment:\ud800)"}),
            shown({"text/html": "x"}, width={}),
            new_markdown_cell("\ud800 $\ud800$ `\ud800`"),
            new_markdown_cell("# \ud800"),
            new_markdown_cell("[" * 3000 + "]" * 3000),
            new_markdown_cell("> " * 2000 + "x"),
            new_markdown_cell("* " * 1500 + "x"),
            new_markdown_cell("```python\n\x00\n```\n```mermaid\nx"),
            new_markdown_cell("| a |\n|---|\n" + "| 1 |\n" * 5000),
            new_markdown_cell("<a href='http://[' src='//'>x</a>"),
            new_markdown_cell("$" * 999),
            new_markdown_cell("\\begin{align" * 200),
            new_code_cell("%%" + "x" * 1000),
            new_code_cell("'" * 3001),
            new_raw_cell("x", metadata={"raw_mimetype": {"a": 1}}),
        ],
    )
    def test_odd_content_costs_no_more_than_its_cell(
        self, cell: NotebookNode, pages: FeedbackPages
    ) -> None:
        notebook = new_notebook()
        notebook.cells = [graded(), cell, new_markdown_cell("**after**")]  # not validated
        page = pages.render("w90", notebook, {"double_tests": PageMark(3, 4)})
        assert "3 of 4 points" in page.text
        assert "<strong>after</strong>" in page.text
        assert "abab" not in page.text

    def test_a_cell_that_the_template_cannot_take_is_shown_as_plain_text(
        self, pages: FeedbackPages, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.refuse(
            monkeypatch,
            lambda nb: any("poison" in cell.source for cell in nb.cells if "tags" in cell.metadata),
        )
        poison = new_code_cell(
            "poison = 1", metadata={"tags": ["a"]}, outputs=[new_output("stream", text="printed")]
        )
        notebook = new_notebook(cells=[graded(), poison, new_markdown_cell("**after**")])
        page = pages.render("w90", notebook, {"double_tests": PageMark(3, 4)})
        assert "3 of 4 points" in page.text
        assert "<strong>after</strong>" in page.text
        assert "poison" in page.text
        assert "printed" in page.text
        assert page.notes == (
            "The feedback page shows some cells as plain text: they could not be rendered.",
        )

    def test_a_page_that_cannot_be_made_at_all_is_a_plain_one(
        self, pages: FeedbackPages, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.refuse(monkeypatch, lambda nb: True)
        page = pages.render(
            "<w90>", new_notebook(cells=[graded()]), {"double_tests": PageMark(3, 4)}, 0.5
        )
        assert "&lt;w90&gt;: 2.5 of 4 points" in page.text
        assert "abab" not in page.text
        assert page.notes == (
            "The feedback page is a plain one: the notebook could not be rendered.",
        )

    @staticmethod
    def refuse(monkeypatch: pytest.MonkeyPatch, when: Callable[[NotebookNode], bool]) -> None:
        original = HTMLExporter.from_notebook_node

        def refusing(self: HTMLExporter, nb: NotebookNode, *rest: Any, **more: Any) -> Any:
            if when(nb):
                raise KeyError("no such template")
            return original(self, nb, *rest, **more)

        monkeypatch.setattr(HTMLExporter, "from_notebook_node", refusing)
