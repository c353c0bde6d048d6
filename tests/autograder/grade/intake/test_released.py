"""What the course has changed or set itself is its own doing, and what learners may set is not."""

import copy
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.course import open_course
from autograder.grade.released import Released, read_released

from .rebuilding import rebuild
from .test_rebuild import (
    KERNEL,
    MY_DOUBLE,
    SKELETON,
    answered,
    cell_of,
    graded_tests,
    is_all_right,
    place,
    release,
)

HEAVY = "train()"


def write_version(course: Path, step: str, notebook: NotebookNode) -> None:
    path = course / step / "ps1/homework.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


def with_heavy(notebook: NotebookNode, *tags: str, source: str = HEAVY) -> NotebookNode:
    """Return a notebook with an ordinary cell that has these tags."""
    notebook = copy.deepcopy(notebook)
    cell = new_code_cell(source, id="heavy", metadata={"tags": list(tags)})
    notebook.cells.insert(2, cell)
    return notebook


def known(course: Path) -> Released:
    return read_released(open_course(course), [SKELETON], "ps1")["homework"]


def tags_of(notebook: NotebookNode, cell_id: str) -> list[str]:
    return cell_of(notebook, cell_id).metadata.get("tags", [])


class TestTags:
    @pytest.mark.parametrize("step", ["release", "source"])
    @pytest.mark.parametrize("tag", ["skip-execution", "raises-exception"])
    def test_the_courses_own_hold_and_need_no_words(
        self, step: str, tag: str, tmp_path: Path
    ) -> None:
        write_version(tmp_path, step, with_heavy(release(), tag))
        rebuilt = rebuild(SKELETON, with_heavy(answered(), tag, "mine"), known(tmp_path))
        assert tags_of(rebuilt.notebook, "heavy") == [tag, "mine"]
        assert is_all_right(rebuilt)
        assert rebuilt.repairs == ()

    def test_they_hold_where_an_editor_has_lost_them(self, tmp_path: Path) -> None:
        write_version(tmp_path, "release", with_heavy(release(), "skip-execution"))
        notebook = with_heavy(answered())
        cell_of(notebook, "heavy").id = "other"
        rebuilt = rebuild(SKELETON, notebook, known(tmp_path))
        assert tags_of(rebuilt.notebook, "other") == ["skip-execution"]

    def test_a_changed_cell_has_them_as_the_learner_left_them(self, tmp_path: Path) -> None:
        write_version(tmp_path, "release", with_heavy(release(), "skip-execution"))
        for tags in ([], ["skip-execution"]):
            notebook = with_heavy(answered(), *tags, source="train(epochs=1)")
            rebuilt = rebuild(SKELETON, notebook, known(tmp_path))
            assert tags_of(rebuilt.notebook, "heavy") == tags

    def test_a_locked_cell_has_them_whatever_the_learner_set(self, tmp_path: Path) -> None:
        notebook = release()
        cell_of(notebook, "setup").metadata["tags"] = ["raises-exception"]
        write_version(tmp_path, "release", notebook)
        handed_in = answered()
        cell_of(handed_in, "setup").metadata["tags"] = ["skip-execution"]
        rebuilt = rebuild(SKELETON, handed_in, known(tmp_path))
        assert tags_of(rebuilt.notebook, "setup") == ["raises-exception"]
        assert rebuilt.repairs == (
            "The tag skip-execution counts only where the course's own cells have it.",
        )

    def test_the_tag_that_the_settings_name_is_the_one(self, tmp_path: Path) -> None:
        (tmp_path / "nbgrader_config.py").write_text(
            "c = get_config()\nc.Execute.skip_cells_with_tag = 'Heavy'\n"
        )
        write_version(tmp_path, "release", with_heavy(release(), "Heavy"))
        notebook = with_heavy(answered(), "Heavy")
        cell_of(notebook, "double_tests").metadata["tags"] = ["Heavy", "skip-execution"]
        rebuilt = rebuild(SKELETON, notebook, known(tmp_path))
        assert tags_of(rebuilt.notebook, "heavy") == ["Heavy"]
        assert tags_of(rebuilt.notebook, "double_tests") == ["skip-execution"]


class TestChangesOfTheCourse:
    def test_settings_of_the_release_are_not_told(self, tmp_path: Path) -> None:
        write_version(tmp_path, "release", release())
        raised = [
            replace(cell, points=9.0) if cell.points == 4 else cell for cell in SKELETON.cells
        ]
        skeleton = replace(SKELETON, cells=tuple(raised))
        assert rebuild(skeleton, answered(), known(tmp_path)).repairs == ()
        assert "other nbgrader settings" in rebuild(skeleton, answered()).repairs[0]

    def test_a_new_test_is_told_as_the_courses(self, tmp_path: Path) -> None:
        old = release()
        write_version(tmp_path, "release", old)
        cells = [*SKELETON.cells, graded_tests("later", "assert double(5) == 10")]
        rebuilt = rebuild(replace(SKELETON, cells=tuple(cells)), answered(), known(tmp_path))
        assert rebuilt.repairs == (
            "The cell later_tests is new in the course since the release; it was added.",
        )

    def test_a_changed_test_is_told_as_the_courses(self, tmp_path: Path) -> None:
        write_version(tmp_path, "release", release())
        changed = graded_tests("double", "assert double(2) == 4\nassert double(7) == 14")
        cells = [changed if cell.grade_id == changed.grade_id else cell for cell in SKELETON.cells]
        rebuilt = rebuild(replace(SKELETON, cells=tuple(cells)), answered(), known(tmp_path))
        assert rebuilt.repairs == (
            "The cell double_tests has changed in the course since the release; "
            "its new version was used.",
        )

    def test_a_new_order_is_nobodys_move(self, tmp_path: Path) -> None:
        write_version(tmp_path, "release", release())
        first, *rest = SKELETON.cells
        skeleton = replace(SKELETON, cells=(*rest, first))
        assert rebuild(skeleton, answered(), known(tmp_path)).repairs == ()
        assert "was in another place" in rebuild(skeleton, answered()).repairs[0]

    def test_a_cell_that_the_course_took_out_is_not_told(self, tmp_path: Path) -> None:
        write_version(tmp_path, "release", release())
        skeleton = replace(SKELETON, cells=SKELETON.cells[:-3])
        assert rebuild(skeleton, answered(), known(tmp_path)).repairs == ()
        assert "mark" in rebuild(skeleton, answered()).repairs[0]

    def test_what_the_learner_did_is_told_still(self, tmp_path: Path) -> None:
        write_version(tmp_path, "release", release())
        notebook = answered()
        cell_of(notebook, "double_tests").source += "\nassert True"
        del notebook.cells[place(notebook, "halve_tests")]
        assert rebuild(SKELETON, notebook, known(tmp_path)).repairs == (
            "The cell halve_tests was missing; it was put back.",
            "The cell double_tests differed from the course's; the course's was used.",
        )


class TestMarksThatMeanNothing:
    @pytest.mark.parametrize(
        "marks",
        [
            {"grade": False, "solution": False, "locked": False, "schema_version": 3},
            {"grade": True, "solution": False, "locked": True, "schema_version": 1},
            {"grade": True, "solution": False, "locked": True, "schema_version": 2},
            {"grade": True, "solution": False, "locked": True},
        ],
    )
    def test_they_are_not_told(self, marks: dict[str, object]) -> None:
        notebook = answered()
        marks = {"grade_id": "cell-1234", **marks}
        notebook.cells.append(new_code_cell("1", id="x", metadata={"nbgrader": marks}))
        assert rebuild(SKELETON, notebook).repairs == ()

    def test_others_are(self) -> None:
        notebook = answered()
        marks = {"grade_id": "other", "grade": True, "solution": False, "schema_version": 3}
        notebook.cells.append(new_code_cell("1", id="x", metadata={"nbgrader": marks}))
        assert "mark that is not its own" in rebuild(SKELETON, notebook).repairs[0]


class TestMetadata:
    def test_the_notebooks_stay_but_for_its_kernel(self) -> None:
        notebook = answered()
        notebook.metadata["form"] = {"kind": "exam"}
        rebuilt = rebuild(SKELETON, notebook).notebook
        assert rebuilt.metadata == {
            "form": {"kind": "exam"},
            "kernelspec": KERNEL,
            "language_info": {"name": "python"},
        }

    def test_a_cells_stay_with_the_answer(self) -> None:
        notebook = new_notebook(cells=answered().cells)
        cell_of(notebook, "double").metadata["extended_cell"] = {"choice": ["0"]}
        rebuilt = rebuild(SKELETON, notebook).notebook
        assert cell_of(rebuilt, "double").source == MY_DOUBLE
        assert cell_of(rebuilt, "double").metadata.extended_cell == {"choice": ["0"]}
