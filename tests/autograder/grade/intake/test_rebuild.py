"""What rebuilding promises: the skeleton's cells once and in order, the learner's work kept."""

import copy
import random
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    OverwriteCells,
    OverwriteKernelspec,
)

from autograder.cli import main
from autograder.course import open_course
from autograder.grade.intake.rebuild import Rebuilt
from autograder.grade.skeleton import Skeleton, SkeletonCell, read_skeletons

from .rebuilding import rebuild

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def solution(name: str, source: str) -> SkeletonCell:
    return SkeletonCell(name, "code", source, False, True, False, False, None, "1" * 32)


def graded_tests(name: str, visible: str) -> SkeletonCell:
    hidden = f"### BEGIN HIDDEN TESTS\nassert {name}(100) == 1000\n### END HIDDEN TESTS"
    source = f"{visible}\n{hidden}"
    return SkeletonCell(f"{name}_tests", "code", source, True, False, False, True, 4.0, "2" * 32)


SETUP = SkeletonCell(
    "setup", "code", "import math\nimport random", False, False, False, True, None, "3" * 32
)
DOUBLE = solution("double", 'def double(x):\n    """Twice x."""\n    raise NotImplementedError()')
HALVE = solution("halve", 'def halve(x):\n    """Half of x."""\n    raise NotImplementedError()')
WHY = SkeletonCell("why", "markdown", "YOUR ANSWER HERE", True, True, False, False, 3.0, "4" * 32)
CHECK_DOUBLE = "assert double(2) == 4\nassert double(3) == 6"
SKELETON = Skeleton(
    "homework",
    (
        SETUP,
        DOUBLE,
        graded_tests("double", CHECK_DOUBLE),
        HALVE,
        graded_tests("halve", "assert halve(2) == 1\nassert halve(4) == 2"),
        WHY,
    ),
    KERNEL,
)
GRADE_IDS = [cell.grade_id for cell in SKELETON.cells]
MY_DOUBLE = "def double(x):\n    return x + x"
MY_HALVE = "def halve(x):\n    return x / 2"
MY_WHY = "Because two halves are one whole."


def release(**answers: str) -> NotebookNode:
    """Return what learners got, with a heading before each exercise, and some answers."""
    cells = [new_markdown_cell("# Homework", id="title")]
    for cell in SKELETON.cells:
        if cell.solution:
            cells.append(new_markdown_cell(f"## Exercise {cell.grade_id}", id=f"h-{cell.grade_id}"))
        make = new_code_cell if cell.cell_type == "code" else new_markdown_cell
        source = answers.get(cell.grade_id, SKELETON.visible(cell))
        node = make(source, id=cell.grade_id, metadata={"nbgrader": cell.nbgrader})
        cells.append(node)
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "evil", "display_name": "x"}})


def answered() -> NotebookNode:
    return release(double=MY_DOUBLE, halve=MY_HALVE, why=MY_WHY)


def place(notebook: NotebookNode, grade_id: str) -> int:
    return next(n for n, cell in enumerate(notebook.cells) if cell.id == grade_id)


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return notebook.cells[place(notebook, grade_id)]


def copy_of(notebook: NotebookNode, grade_id: str, source: str | None = None) -> NotebookNode:
    """Return what Jupyter's copy and paste makes: the same metadata under a new id."""
    made = copy.deepcopy(cell_of(notebook, grade_id))
    made.id = f"copy-{grade_id}"
    made.source = made.source if source is None else source
    return made


def strip(notebook: NotebookNode) -> NotebookNode:
    for number, cell in enumerate(notebook.cells):
        cell.metadata = NotebookNode()
        cell.id = f"anonymous-{number}"
    return notebook


def sources(rebuilt: Rebuilt) -> dict[str, str]:
    """Return the sources of the skeleton's cells, after checking what always holds."""
    notebook = rebuilt.notebook
    nbformat.validate(notebook)
    graded = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    assert [cell.metadata.nbgrader.grade_id for cell in graded] == GRADE_IDS
    for cell, wanted in zip(graded, SKELETON.cells, strict=True):
        assert cell.metadata.nbgrader == wanted.nbgrader
        assert cell.cell_type == wanted.cell_type
        assert not wanted.locked or cell.source == wanted.source
    for cell in notebook.cells:
        assert cell.cell_type != "code" or (cell.outputs, cell.execution_count) == ([], None)
    assert notebook.metadata.kernelspec == KERNEL
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in graded}


def all_sources(rebuilt: Rebuilt) -> list[str]:
    return [cell.source for cell in rebuilt.notebook.cells]


def is_all_right(rebuilt: Rebuilt) -> bool:
    found = sources(rebuilt)
    return (found["double"], found["halve"], found["why"]) == (MY_DOUBLE, MY_HALVE, MY_WHY)


class TestHonestSubmissions:
    @pytest.mark.parametrize("notebook", [release(), answered()], ids=["untouched", "answered"])
    def test_they_need_no_repair_and_keep_every_cell_in_place(self, notebook: NotebookNode) -> None:
        before = copy.deepcopy(notebook)
        rebuilt = rebuild(SKELETON, notebook)
        sources(rebuilt)
        assert rebuilt.repairs == ()
        assert [c.id for c in rebuilt.notebook.cells] == [c.id for c in notebook.cells]
        assert notebook == before

    def test_extra_cells_stay_where_they_were(self) -> None:
        notebook = answered()
        notebook.cells.insert(place(notebook, "double"), new_code_cell("def helper(): pass"))
        notebook.cells.append(new_code_cell("helper()"))
        rebuilt = rebuild(SKELETON, notebook)
        assert rebuilt.repairs == ()
        assert [c.id for c in rebuilt.notebook.cells] == [c.id for c in notebook.cells]

    def test_outputs_go_and_attachments_stay(self) -> None:
        notebook = answered()
        output = nbformat.v4.new_output("stream", text="x")
        cell_of(notebook, "double").update(outputs=[output], execution_count=7)
        image = {"a.png": {"image/png": "AAAA"}}
        cell_of(notebook, "why")["attachments"] = image
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert cell_of(rebuilt.notebook, "why").attachments == image

    def test_they_come_out_as_nbgrader_itself_would_have_them(self, small_course: Path) -> None:
        main(["build", "--course-dir", str(small_course)])
        course = open_course(small_course)
        directory = course.directory("w90_tiny")
        directory.release_directory = "generated"
        GenerateAssignment(coursedir=directory, config=course.config).start()
        path = small_course / "release/w90_tiny/w90_assignment.ipynb"
        notebook = nbformat.read(path, as_version=4)
        cell_of(notebook, "double").source = "def double(x):\n    return 2 * x  "
        notebook.cells.insert(9, new_code_cell("print(1)"))
        (skeleton,) = read_skeletons(course, "w90_tiny")
        ours = rebuild(skeleton, notebook)
        assert ours.repairs == ()

        theirs = copy.deepcopy(notebook)
        resources = {
            "nbgrader": {
                "assignment": "w90_tiny",
                "notebook": "w90_assignment",
                "db_url": directory.db_url,
            }
        }
        chain = [
            ClearOutput,
            DeduplicateIds,
            OverwriteKernelspec,
            OverwriteCells,
            CheckCellMetadata,
        ]
        for preprocessor in chain:
            theirs, resources = preprocessor().preprocess(theirs, resources)

        def essence(made: NotebookNode) -> list[tuple[Any, ...]]:
            return [
                (c.id, c.cell_type, c.source, c.metadata.get("nbgrader"), c.metadata.get("tags"))
                for c in made.cells
            ]

        assert essence(ours.notebook) == essence(theirs)
        assert ours.notebook.metadata.kernelspec == theirs.metadata.kernelspec


class TestDeletedCells:
    def test_a_deleted_test_comes_back(self) -> None:
        notebook = answered()
        del notebook.cells[place(notebook, "double_tests")]
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert rebuilt.repairs == ("The cell double_tests was missing; it was put back.",)
        assert place(rebuilt.notebook, "double_tests") == place(rebuilt.notebook, "double") + 1

    def test_a_deleted_solution_comes_back_as_the_stub_below_its_heading(self) -> None:
        notebook = answered()
        del notebook.cells[place(notebook, "halve")]
        rebuilt = rebuild(SKELETON, notebook)
        assert sources(rebuilt)["halve"] == HALVE.source
        assert place(rebuilt.notebook, "halve") == place(rebuilt.notebook, "h-halve") + 1

    def test_a_restored_test_runs_after_the_second_part_of_a_split_answer(self) -> None:
        notebook = answered()
        notebook.cells[place(notebook, "double_tests")] = new_code_cell("old = double\ndouble = 1")
        rebuilt = rebuild(SKELETON, notebook)
        found = all_sources(rebuilt)
        assert found.index("old = double\ndouble = 1") < place(rebuilt.notebook, "double_tests")

    def test_a_notebook_without_any_cell_becomes_the_skeleton(self) -> None:
        rebuilt = rebuild(SKELETON, new_notebook())
        assert list(sources(rebuilt)) == GRADE_IDS
        assert rebuilt.repairs == (
            "The cells setup, double, double_tests, halve and 2 more were missing; "
            "they were put back.",
        )

    def test_no_stub_overwrites_an_answer_that_was_merged_into_another_cell(self) -> None:
        notebook = release(double=f"{MY_DOUBLE}\n\n{MY_HALVE}")
        del notebook.cells[place(notebook, "halve")]
        rebuilt = rebuild(SKELETON, notebook)
        assert sources(rebuilt)["halve"].startswith("# The cell halve was missing")
        assert rebuilt.repairs == (
            "The cell halve was missing; its answer was found in another cell.",
        )

    def test_an_answer_merged_with_its_test_leaves_the_test_as_it_is(self) -> None:
        test = cell_of(release(), "double_tests").source
        notebook = release(double=f"{MY_DOUBLE}\n{test}")
        del notebook.cells[place(notebook, "double_tests")]
        rebuilt = rebuild(SKELETON, notebook)
        assert sources(rebuilt)["double"] == f"{MY_DOUBLE}\n{test}"


class TestCopies:
    def test_the_first_copy_with_an_answer_is_the_solution_and_stubs_go(self) -> None:
        notebook = release()
        here = place(notebook, "double")
        notebook.cells.insert(here + 1, copy_of(notebook, "double", MY_DOUBLE))
        rebuilt = rebuild(SKELETON, notebook)
        assert sources(rebuilt)["double"] == MY_DOUBLE
        assert len(rebuilt.notebook.cells) == len(release().cells)
        assert rebuilt.repairs == (
            "The cell double was there 2 times; the first answer was graded.",
        )

    def test_a_second_answer_still_runs_where_it_was(self) -> None:
        other = "def double(x):\n    return 2 * x"
        notebook = answered()
        here = place(notebook, "double")
        notebook.cells.insert(here + 1, copy_of(notebook, "double", other))
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert all_sources(rebuilt)[here + 1] == other  # before the test, as the learner saw it

    def test_an_answer_that_was_copied_into_a_helper_is_no_copy(self) -> None:
        helper = "def double_fast(x):\n    return x << 1"
        notebook = answered()
        notebook.cells.insert(place(notebook, "double"), copy_of(notebook, "double", helper))
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert helper in all_sources(rebuilt)

    def test_a_repeated_test_goes_and_an_edited_copy_of_it_stays(self) -> None:
        notebook = answered()
        notebook.cells.append(copy_of(notebook, "double_tests"))
        edited = cell_of(notebook, "double_tests").source + "\nassert double(5) == 10"
        notebook.cells.insert(0, copy_of(notebook, "double_tests", edited))
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert all_sources(rebuilt)[0] == edited
        assert len(rebuilt.notebook.cells) == len(answered().cells) + 1
        assert rebuilt.repairs == (
            "The cell double_tests was there 3 times; the course's was kept.",
        )

    def test_a_stub_without_metadata_does_not_overwrite_the_answer(self) -> None:
        notebook = answered()
        notebook.cells.insert(place(notebook, "double_tests"), new_code_cell(DOUBLE.source))
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert DOUBLE.source not in all_sources(rebuilt)


class TestOrder:
    def test_moved_cells_go_back(self) -> None:
        notebook = answered()
        here = place(notebook, "double")
        notebook.cells.append(notebook.cells.pop(here))
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert rebuilt.repairs == (
            "The cell double was in another place; it was put back in its own.",
        )

    def test_extra_cells_follow_the_cell_that_they_stood_behind(self) -> None:
        notebook = answered()
        here = place(notebook, "double")
        moved = [notebook.cells.pop(here), new_code_cell("double(1)")]
        notebook.cells += moved
        rebuilt = rebuild(SKELETON, notebook)
        sources(rebuilt)
        assert all_sources(rebuilt)[place(rebuilt.notebook, "double") + 1] == "double(1)"

    def test_both_parts_of_a_split_answer_run_in_order(self) -> None:
        notebook = strip(release(double="factor = 2"))
        second = "def double(x):\n    return factor * x"
        notebook.cells.insert(4, new_code_cell(second))
        rebuilt = rebuild(SKELETON, notebook)
        sources(rebuilt)
        found = all_sources(rebuilt)
        assert found.index("factor = 2") < found.index(second)
        assert found.index(second) < found.index(graded_tests("double", CHECK_DOUBLE).source)


class TestChangedCells:
    def test_an_edited_test_is_overwritten_and_said_so(self) -> None:
        notebook = answered()
        cell_of(notebook, "double_tests").source = "assert double(2) == 4\npass"
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert rebuilt.repairs == (
            "The cell double_tests differed from the course's; the course's was used.",
        )

    def test_white_space_is_no_change(self) -> None:
        notebook = answered()
        cell_of(notebook, "double_tests").source += "  \n\n"
        assert rebuild(SKELETON, notebook).repairs == ()

    @pytest.mark.parametrize("cell_type", ["markdown", "raw"])
    def test_a_cell_of_another_type_gets_its_own_back(self, cell_type: str) -> None:
        notebook = answered()
        for grade_id in ("double", "halve_tests"):
            cell = cell_of(notebook, grade_id)
            del cell["outputs"], cell["execution_count"]
            cell.cell_type = cell_type
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert rebuilt.repairs == (
            "The cells double and halve_tests were not code cells; they are again.",
        )

    def test_a_written_answer_that_became_code_is_text_again(self) -> None:
        notebook = answered()
        here = place(notebook, "why")
        marks = notebook.cells[here].metadata
        notebook.cells[here] = new_code_cell(MY_WHY, id="why", metadata=marks)
        assert is_all_right(rebuild(SKELETON, notebook))

    @pytest.mark.parametrize(
        "forged", [{"points": 400}, {"locked": False, "grade": False}, {"points": "many"}]
    )
    def test_changed_settings_do_not_count(self, forged: dict[str, Any]) -> None:
        notebook = answered()
        cell_of(notebook, "double_tests").metadata.nbgrader.update(forged)
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert rebuilt.repairs == (
            "The cell double_tests had other nbgrader settings than the course's; "
            "the course's were used.",
        )

    def test_the_grade_id_of_another_cell_on_a_helper_is_not_believed(self) -> None:
        notebook = answered()
        marks = copy.deepcopy(cell_of(notebook, "double").metadata)
        del cell_of(notebook, "double").metadata["nbgrader"]
        cell_of(notebook, "double").id = "anonymous"
        helper = new_code_cell("def helper(y):\n    return [y]", metadata=marks)
        notebook.cells.insert(1, helper)
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert helper.source in all_sources(rebuilt)
        assert any("mark that is not its own" in repair for repair in rebuilt.repairs)

    def test_own_code_under_the_grade_id_of_a_test_is_kept_beside_the_test(self) -> None:
        notebook = answered()
        helper = "def helper(value):\n    return [value] * 100"
        cell_of(notebook, "double_tests").source = helper
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert helper in all_sources(rebuilt)

    @pytest.mark.parametrize(
        "marks", [None, [], "double", {}, {"grade_id": 5}, {"grade_id": ["x"]}, {"grade_id": "?"}]
    )
    def test_metadata_that_make_no_sense_do_no_harm(self, marks: object) -> None:
        notebook = answered()
        for cell in notebook.cells:
            cell.metadata["nbgrader"] = marks
        assert is_all_right(rebuild(SKELETON, notebook))

    def test_unsafe_tags_go_and_harmless_ones_stay(self) -> None:
        notebook = answered()
        tags = ["skip-execution", "raises-exception", "injected-parameters", "mine"]
        cell_of(notebook, "double_tests").metadata.update(tags=list(tags), collapsed=True, x=1)
        extra = new_code_cell("1", id="extra", metadata={"tags": list(tags), "papermill": {}})
        notebook.cells.append(extra)
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert cell_of(rebuilt.notebook, "extra").metadata == {"tags": ["mine"], "papermill": {}}
        metadata = cell_of(rebuilt.notebook, "double_tests").metadata
        assert (metadata.tags, metadata.collapsed) == (["mine"], True)
        assert metadata.x == 1
        assert len(rebuilt.repairs) == 3

    @pytest.mark.parametrize("tags", ["skip-execution", {"a": 1}, [1, None, "a,b", "c", "c"]])
    def test_tags_that_are_none_do_no_harm(self, tags: object) -> None:
        notebook = answered()
        cell_of(notebook, "double").metadata["tags"] = tags
        rebuilt = rebuild(SKELETON, notebook)
        assert is_all_right(rebuilt)
        assert cell_of(rebuilt.notebook, "double").metadata.get("tags") in (None, ["c"])


class TestLostMetadata:
    def test_cell_ids_are_enough(self) -> None:
        notebook = answered()
        for cell in notebook.cells:
            cell.metadata = NotebookNode()
        cell_of(notebook, "double").source = "exec('double = lambda x: 2 * x')"
        assert sources(rebuild(SKELETON, notebook))["double"].startswith("exec")

    def test_content_names_and_place_are_enough(self) -> None:
        rebuilt = rebuild(SKELETON, strip(answered()))
        found = sources(rebuilt)
        assert (found["double"], found["halve"]) == (MY_DOUBLE, MY_HALVE)
        assert len(rebuilt.repairs) == 2  # the written answer cannot be told from other text

    def test_a_written_answer_is_found_where_nothing_else_could_be_it(self) -> None:
        notebook = answered()
        del notebook.cells[place(notebook, "h-why")]
        assert is_all_right(rebuild(SKELETON, strip(notebook)))

    def test_code_with_a_syntax_error_is_found_by_its_definition(self) -> None:
        broken = "def double(x:\n    retrun x"
        assert sources(rebuild(SKELETON, strip(release(double=broken))))["double"] == broken

    def test_a_helper_is_never_taken_for_a_solution(self) -> None:
        notebook = strip(answered())
        helper = DOUBLE.source.replace("double", "doubled")
        notebook.cells[3] = new_code_cell(helper)  # in place of double
        rebuilt = rebuild(SKELETON, notebook)
        assert sources(rebuilt)["double"] == DOUBLE.source
        assert helper in all_sources(rebuilt)

    def test_a_renamed_solution_is_still_the_solution(self) -> None:
        renamed = DOUBLE.source.replace("double", "doppelt").replace("raise Not", "return x # Not")
        assert sources(rebuild(SKELETON, release(double=renamed)))["double"] == renamed

    def test_an_edited_test_is_recognised_by_its_likeness(self) -> None:
        notebook = answered()
        cell_of(notebook, "halve_tests").source += "\nassert halve(6) == 3"
        rebuilt = rebuild(SKELETON, strip(notebook))
        sources(rebuilt)
        assert any("halve_tests differed" in repair for repair in rebuilt.repairs)

    def test_solutions_that_look_alike_keep_their_places(self) -> None:
        stub = "# YOUR CODE HERE\nraise NotImplementedError()"
        tests = [graded_tests(f"f{n}", f"assert number_{n} == {n} * {n}") for n in range(3)]
        cells = [cell for n in range(3) for cell in (solution(f"f{n}", stub), tests[n])]
        skeleton = Skeleton("homework", tuple(cells), None)
        written = ["number_0 = 0", stub, "number_2 = 4"]
        handed_in = [
            new_code_cell(source)
            for n in range(3)
            for source in (written[n], skeleton.visible(tests[n]))
        ]
        rebuilt = rebuild(skeleton, new_notebook(cells=handed_in))
        assert [c.source for c in rebuilt.notebook.cells[::2]] == written


class TestCellIds:
    def test_they_are_valid_and_unique_and_the_same_each_time(self) -> None:
        notebook = answered()
        for cell in notebook.cells:
            cell.id = "same id!"
        notebook.cells += [NotebookNode(new_raw_cell(""), id="") for _ in range(3)]
        first, second = rebuild(SKELETON, notebook), rebuild(SKELETON, notebook)
        sources(first)
        ids = [cell.id for cell in first.notebook.cells]
        assert len(set(ids)) == len(ids)
        assert ids == [cell.id for cell in second.notebook.cells]

    def test_an_extra_cell_gives_way_to_a_skeleton_cell(self) -> None:
        notebook = answered()
        del notebook.cells[place(notebook, "double_tests")]
        helper = "def helper(value):\n    return [value] * 100"
        notebook.cells.insert(0, new_code_cell(helper, id="double_tests"))
        rebuilt = rebuild(SKELETON, notebook)
        sources(rebuilt)
        assert cell_of(rebuilt.notebook, "double_tests").metadata.nbgrader.points == 4


class TestAnythingAtAll:
    @pytest.mark.parametrize("seed", range(150))
    def test_each_skeleton_cell_is_there_once_and_in_order(self, seed: int) -> None:
        chance = random.Random(seed)
        notebook = answered()
        for _ in range(chance.randrange(1, 12)):
            _spoil(notebook, chance)
        before = copy.deepcopy(notebook)
        rebuilt = rebuild(SKELETON, notebook)
        assert list(sources(rebuilt)) == GRADE_IDS
        assert notebook == before
        assert rebuild(SKELETON, notebook) == rebuilt

    def test_a_hostile_notebook_takes_seconds_at_most(self) -> None:
        marks = [{"nbgrader": {"grade_id": cell.grade_id}} for cell in SKELETON.cells]
        code = "\n".join(f"double_{n} = halve({n}) + {n}" for n in range(100))
        cells = [
            new_raw_cell(code, id=str(n), metadata=marks[n % 6])
            | {"cell_type": "code", "outputs": [], "execution_count": None}
            for n in range(5000)
        ]
        notebook = new_notebook()
        notebook.cells = cells
        begin = time.monotonic()
        sources(rebuild(SKELETON, notebook))
        assert time.monotonic() - begin < 20


def _spoil(notebook: NotebookNode, chance: random.Random) -> None:
    """Do to a notebook what learners do, or worse."""
    cells = notebook.cells
    if not cells:
        cells.append(new_code_cell("pass"))
    here = chance.randrange(len(cells))
    match chance.randrange(8):
        case 0:
            chance.shuffle(cells)
        case 1:
            del cells[here]
        case 2:
            cells.insert(chance.randrange(len(cells) + 1), copy.deepcopy(cells[here]))
        case 3:
            cells[here].metadata = NotebookNode()
        case 4:
            cells[here].source = chance.choice(["", "def f(", MY_DOUBLE, "x = 1", HALVE.source])
        case 5:
            cells[here].cell_type = chance.choice(["code", "markdown", "raw"])
        case 6:
            cells[here].metadata["nbgrader"] = chance.choice(
                [None, {"grade_id": chance.choice(GRADE_IDS), "points": -1}, {"grade_id": 0}]
            )
        case 7:
            cells[here].id = chance.choice([*GRADE_IDS, "", "ä", "x" * 70])
