"""What the two indices promise: all of the syllabus, as written, and no author's work lost."""

import dataclasses
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from autograder.build.index import course_index, learner_index
from autograder.cli import main
from autograder.errors import InputError
from autograder.syllabus import Syllabus, Unit, UnitNotebook

AWKWARD = 'A | B "q" <b>c</b> [d](e) & &amp; *f* _g_ ~~h~~ `| #1; $i$ é'


def build(course: Path, *options: str) -> int:
    return main(["build", "--course-dir", str(course), *options])


def week(number: int, part: int, *prerequisites: str, **changes: object) -> Unit:
    one = Unit(
        kind="week",
        id=f"w{number:02}_topic",
        part=part,
        title=f"Topic {number}",
        builds=f"thing {number}",
        points=100.0,
        objectives=(f"Know {number}", f"Do {number}"),
        prerequisites=prerequisites,
        packages=(),
        data=(),
        notebooks=notebooks(f"w{number:02}", lesson=90, assignment=240),
    )
    return dataclasses.replace(one, **changes)


def project(number: int, *prerequisites: str, **changes: object) -> Unit:
    one = dataclasses.replace(
        week(number, 0, *prerequisites),
        kind="project",
        id=f"p{number:02}_topic",
        part=None,
        notebooks=notebooks(f"p{number:02}", assignment=600),
    )
    return dataclasses.replace(one, **changes)


def notebooks(number: str, **minutes: int) -> tuple[UnitNotebook, ...]:
    return tuple(
        UnitNotebook(kind, f"{number}_{kind}.ipynb", planned, 20.0)
        for kind, planned in minutes.items()
    )


def syllabus(*units: Unit, parts: tuple[str, ...] = ("First", "Second")) -> Syllabus:
    return Syllabus("A course", "https://github.com/example/a", "main", parts, units)


def learners(course: Syllabus) -> str:
    return learner_index(course, has_appendices=False)


def index(course: Syllabus, *, has_appendices: bool = False) -> str:
    return course_index(course, open_lab="open the lab", has_appendices=has_appendices)


class Page(HTMLParser):
    """What a reader sees of a Markdown text: headings, cells of tables, addresses of links."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.rows: list[list[str]] = []
        self.links: list[str] = []
        self._within = ""
        renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
        self.feed(renderer.render(markdown))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("h1", "h2"):
            self.headings.append("")
            self._within = "heading"
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
            self._within = "cell"
        elif tag == "br":
            self.handle_data("\n")
        elif tag == "a":
            self.links.append(dict(attributes)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h1", "h2", "th", "td"):
            self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "heading":
            self.headings[-1] += data
        elif self._within == "cell":
            self.rows[-1][-1] += data


def graph(markdown: str) -> list[str]:
    (found,) = re.findall(r"```mermaid\n(.*?)```", markdown, flags=re.DOTALL)
    return [line.strip() for line in found.splitlines()]


def arrows(*weeks: Unit) -> set[str]:
    return {line for line in graph(index(syllabus(*weeks))) if "-->" in line}


class TestContent:
    def test_a_week_shows_title_what_it_gives_time_and_points(self) -> None:
        page = Page(index(syllabus(week(1, 1))))
        assert [
            "w01\nTopic 1",
            "You build thing 1\n• Know 1\n• Do 1",
            "lesson\n1 h 30 min\n",
            "assignment\n4 h\n",
            "100",
        ] in page.rows

    def test_a_week_links_to_its_notebooks_here_and_in_colab(self) -> None:
        colab = "https://colab.research.google.com/github/example/a/blob/main/release/w01_topic"
        assert Page(index(syllabus(week(1, 1)))).links == [
            "../release/w01_topic/w01_lesson.ipynb",
            f"{colab}/w01_lesson.ipynb",
            "../release/w01_topic/w01_assignment.ipynb",
            f"{colab}/w01_assignment.ipynb",
        ]

    def test_totals_are_those_of_each_part_and_of_the_whole(self) -> None:
        weeks = (
            week(1, 1),
            week(2, 2, points=50.0),
            week(3, 2, notebooks=notebooks("w03", lesson=20, assignment=240), points=12.5),
        )
        rows = Page(index(syllabus(*weeks))).rows
        assert ["1. First", "1", "1 h 30 min", "4 h", "5 h 30 min", "100"] in rows
        assert ["2. Second", "2", "1 h 50 min", "8 h", "9 h 50 min", "62.5"] in rows
        assert ["whole course", "3", "3 h 20 min", "12 h", "15 h 20 min", "162.5"] in rows

    def test_a_part_without_weeks_is_left_out_and_the_others_keep_their_numbers(self) -> None:
        text = index(syllabus(week(1, 2)))
        assert "First" not in text
        assert "Part 2: Second" in Page(text).headings

    def test_appendices_are_linked_where_there_are_some(self) -> None:
        course = syllabus(week(1, 1))
        assert "appendix/README.md" in Page(index(course, has_appendices=True)).links
        assert "appendi" not in index(course, has_appendices=False)

    @pytest.mark.parametrize("write", [learners, index])
    def test_a_part_that_there_is_not_is_refused(self, write: Callable[[Syllabus], str]) -> None:
        with pytest.raises(InputError, match=r"w01_topic is in part 3, but .* has 2 parts"):
            write(syllabus(week(1, 3)))


class TestProjects:
    """A project is an assignment without a lesson, and belongs to no part."""

    def test_they_have_a_section_of_their_own_behind_the_parts(self) -> None:
        page = Page(index(syllabus(week(1, 1), project(1, "w01_topic"))))
        assert page.headings[-2:] == ["Part 1: First", "Projects"]
        assert page.rows[-2:] == [
            ["project", "what you build and learn", "assignment", "points"],
            [
                "p01\nTopic 1\nafter w01",
                "You build thing 1\n• Know 1\n• Do 1",
                "assignment\n10 h\n",
                "100",
            ],
        ]
        assert "../release/p01_topic/p01_assignment.ipynb" in page.links
        assert not any("p01_lesson" in link for link in page.links)

    def test_their_time_and_points_are_in_the_totals(self) -> None:
        rows = Page(index(syllabus(week(1, 1), project(1), project(2)))).rows
        assert ["2 projects", "–", "–", "20 h", "20 h", "200"] in rows
        assert ["whole course", "1", "1 h 30 min", "24 h", "25 h 30 min", "300"] in rows

    def test_they_stand_in_the_graph_behind_what_they_need(self) -> None:
        lines = graph(index(syllabus(week(1, 1), project(1, "w01_topic"))))
        assert lines[4:] == [
            'subgraph projects["Projects"]',
            'unit2["p01<br/>Topic 1"]',
            "end",
            "unit1 --> unit2",
        ]

    def test_the_learners_index_shows_them_in_a_table_of_their_own(self) -> None:
        page = Page(learners(syllabus(week(1, 1), project(1))))
        assert page.headings[1:] == ["First", "Projects"]
        assert page.rows == [
            ["week", "lesson", "assignment", "what you build", "points"],
            ["w01", "Topic 1 ", "assignment ", "thing 1", "100"],
            ["project", "assignment", "what you build", "points"],
            ["p01", "Topic 1 ", "thing 1", "100"],
        ]
        assert "p01_topic/p01_assignment.ipynb" in page.links

    @pytest.mark.parametrize("write", [learners, index])
    def test_nothing_speaks_of_them_while_there_are_none(
        self, write: Callable[[Syllabus], str]
    ) -> None:
        assert "project" not in write(syllabus(week(1, 1))).lower()


class TestGraph:
    def test_every_week_is_a_node_in_its_part(self) -> None:
        assert graph(index(syllabus(week(1, 1), week(2, 2)))) == [
            "flowchart TD",
            'subgraph part1["Part 1: First"]',
            'unit1["w01<br/>Topic 1"]',
            "end",
            'subgraph part2["Part 2: Second"]',
            'unit2["w02<br/>Topic 2"]',
            "end",
        ]

    def test_an_arrow_leads_from_a_prerequisite_to_what_needs_it(self) -> None:
        assert arrows(week(1, 1), week(2, 2, "w01_topic")) == {"unit1 --> unit2"}

    def test_an_arrow_that_others_make_is_left_out(self) -> None:
        chain = week(1, 1), week(2, 1, "w01_topic"), week(3, 1, "w02_topic")
        last = week(4, 1, "w01_topic", "w02_topic", "w03_topic")
        assert arrows(*chain, last) == {"unit1 --> unit2", "unit2 --> unit3", "unit3 --> unit4"}

    def test_weeks_that_need_each_other_do_not_hang_the_build(self) -> None:
        assert len(arrows(week(1, 1, "w02_topic"), week(2, 1, "w01_topic"))) == 2

    def test_a_prerequisite_that_there_is_not_is_refused_with_a_suggestion(self) -> None:
        with pytest.raises(InputError, match=r"no unit 'w01_topik'.*did you mean w01_topic\?"):
            index(syllabus(week(1, 1), week(2, 1, "w01_topik")))


class TestSpecialCharacters:
    def test_they_are_shown_as_written_and_keep_the_tables_whole(self) -> None:
        awkward = week(1, 1, title=AWKWARD, builds=AWKWARD, objectives=(AWKWARD,))
        course = syllabus(awkward, parts=(AWKWARD,))
        page = Page(index(dataclasses.replace(course, title=AWKWARD)))
        assert page.headings[0].startswith(AWKWARD)
        assert page.headings[-1] == f"Part 1: {AWKWARD}"
        assert page.rows[1][0] == f"1. {AWKWARD}"
        assert page.rows[-1][:2] == [f"w01\n{AWKWARD}", f"You build {AWKWARD}\n• {AWKWARD}"]
        assert len(page.rows[-1]) == 5
        assert "e" not in page.links

    def test_the_learners_index_shows_them_too(self) -> None:
        course = syllabus(week(1, 1, title=AWKWARD, builds=AWKWARD), parts=(AWKWARD,))
        page = Page(learners(dataclasses.replace(course, title=AWKWARD)))
        assert page.headings == [AWKWARD, AWKWARD]
        assert page.rows[-1][1].strip() == AWKWARD
        assert page.rows[-1][3] == AWKWARD
        assert len(page.rows[-1]) == 5

    def test_code_stays_code(self) -> None:
        text = index(syllabus(week(1, 1, objectives=("Use `tf.data_[0]` well",))))
        assert "• Use `tf.data_[0]` well" in text

    def test_a_pipe_in_code_ends_no_cell(self) -> None:
        page = Page(index(syllabus(week(1, 1, objectives=("Say `a | b`",)))))
        assert page.rows[-1][1] == "You build thing 1\n• Say `a | b`"
        assert len(page.rows[-1]) == 5

    def test_dollars_start_no_formula(self) -> None:
        assert r"\$i\$" in index(syllabus(week(1, 1, title=AWKWARD)))

    def test_the_graph_has_them_as_entities_only(self) -> None:
        lines = graph(index(syllabus(week(1, 1, title=AWKWARD), parts=(AWKWARD,))))
        for line, before in ((lines[1], "Part 1: "), (lines[2], "w01<br/>")):
            label = re.fullmatch(r'[\w ]+\["([^"]*)"\]', line)[1].removeprefix(before)
            assert not set(label) & set('"<>[]|`*_$~')
            assert re.sub(r"#(\d+);", lambda code: chr(int(code[1])), label) == AWKWARD

    def test_a_title_over_two_lines_stays_in_its_row(self) -> None:
        page = Page(index(syllabus(week(1, 1, title="Over\n two lines"))))
        assert page.rows[-1][0] == "w01\nOver two lines"

    def test_a_name_with_a_space_is_still_a_link(self) -> None:
        links = Page(index(syllabus(week(1, 1, id="w01_two words")))).links
        assert len(links) == 4
        assert all("w01_two%20words/w01_" in link for link in links)


class TestFile:
    """The index is the one generated file among an author's."""

    @pytest.fixture
    def path(self, small_course: Path) -> Path:
        return small_course / "course" / "README.md"

    def test_a_build_writes_it_and_says_so_in_its_first_line(
        self, small_course: Path, path: Path
    ) -> None:
        assert build(small_course) == 0
        text = path.read_text()
        assert text.startswith("<!-- Written by autograder build from syllabus.yml. Do not edit.")
        assert Page(text).headings[0] == "Tiny course: the course at a glance"
        assert ["whole course", "1", "1 min", "1 min", "2 min", "10"] in Page(text).rows

    def test_every_link_to_a_file_leads_somewhere(self, small_course: Path, path: Path) -> None:
        appendix = path.parent / "appendix" / "README.md"
        appendix.parent.mkdir()
        appendix.write_text("# Appendices\n")
        build(small_course)
        files = [link for link in Page(path.read_text()).links if "://" not in link]
        assert len(files) == 3
        assert all((path.parent / link).is_file() for link in files)

    def test_a_second_build_leaves_it_alone(self, small_course: Path, path: Path) -> None:
        build(small_course)
        before = path.stat().st_mtime_ns, path.read_bytes()
        assert build(small_course) == 0
        assert (path.stat().st_mtime_ns, path.read_bytes()) == before

    def test_a_changed_syllabus_gives_a_new_one(self, small_course: Path, path: Path) -> None:
        build(small_course)
        source = path.parent / "syllabus.yml"
        source.write_text(source.read_text().replace("Double and halve", "Treble and halve"))
        assert build(small_course, "--check") == 1
        assert build(small_course) == 0
        assert "Treble and halve" in path.read_text()
        assert build(small_course, "--check") == 0

    def test_check_names_the_line_that_differs(
        self, small_course: Path, path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        build(small_course)
        path.write_text(path.read_text().replace("Double", "Treble"))
        changed = path.read_text()
        line = 1 + next(n for n, text in enumerate(changed.splitlines()) if "Treble" in text)
        assert build(small_course, "--check") == 1
        assert (
            f"{path}: differs from a fresh build, first in line {line}" in capsys.readouterr().out
        )
        assert path.read_text() == changed

    def test_check_names_it_when_it_is_missing(
        self, small_course: Path, path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        build(small_course)
        path.unlink()
        assert build(small_course, "--check") == 1
        assert f"{path}: is missing" in capsys.readouterr().out

    @pytest.mark.parametrize("place", ["the text", "below it"])
    def test_an_edit_is_never_overwritten(
        self, place: str, small_course: Path, path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        build(small_course)
        text = path.read_text()
        edited = {
            "the text": text.replace("Double", "My own words: double"),
            "below it": f"{text}My own words\n",
        }[place]
        path.write_text(edited)
        assert build(small_course) == 2
        assert "README.md: this file is generated, but what is there now" in capsys.readouterr().err
        assert path.read_text() == edited

    def test_a_file_of_the_authors_own_stops_the_build_before_anything_is_written(
        self, small_course: Path, path: Path
    ) -> None:
        path.write_text("# Mine\n")
        assert build(small_course) == 2
        assert path.read_text() == "# Mine\n"
        assert not (small_course / "source").exists()
        assert not (small_course / "release").exists()

    def test_a_learners_work_stops_the_build_before_anything_is_written(
        self, small_course: Path, path: Path
    ) -> None:
        build(small_course)
        (small_course / "release/w90_tiny/w90_assignment.ipynb").write_text("my own work")
        assignment = path.parent / "w90_tiny" / "assignment.md"
        assignment.write_text(assignment.read_text().replace("half of twice", "one half of twice"))
        source = small_course / "source/w90_tiny/w90_assignment.ipynb"
        before = source.read_bytes()
        assert build(small_course) == 2
        assert source.read_bytes() == before

    @pytest.mark.parametrize(
        ("makefile", "command"),
        [
            ("lab: ready\n\tjupyter lab\n", "`make lab`"),
            ("label:\n\ttrue\n", "`jupyter lab --notebook-dir=release`"),
            (None, "`jupyter lab --notebook-dir=release`"),
        ],
    )
    def test_it_names_the_command_that_opens_jupyterlab_here(
        self, makefile: str | None, command: str, small_course: Path, path: Path
    ) -> None:
        if makefile is not None:
            (small_course / "Makefile").write_text(makefile)
        build(small_course)
        assert command in path.read_text()
