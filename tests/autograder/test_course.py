"""A course directory is what its settings say it is."""

from pathlib import Path

import pytest

from autograder.course import open_course


@pytest.mark.parametrize(
    ("structure", "folder"),
    [
        ("{nbgrader_step}/{student_id}/{assignment_id}", "submitted/{}/ps1"),
        ("{assignment_id}/{nbgrader_step}/{student_id}", "ps1/submitted/{}"),
        ("{nbgrader_step}/{assignment_id}-{student_id}", "submitted/ps1-{}"),
        ("{nbgrader_step}/{student_id}_{assignment_id}/work", "submitted/{}_ps1/work"),
    ],
)
def test_a_learners_id_is_what_stands_in_its_place_of_the_directory_structure(
    tmp_path: Path, structure: str, folder: str
) -> None:
    settings = f"c = get_config()\nc.CourseDirectory.directory_structure = {structure!r}\n"
    (tmp_path / "nbgrader_config.py").write_text(settings)
    for learner in ("ann", "bob-1"):
        (tmp_path / folder.format(learner)).mkdir(parents=True)
    (tmp_path / folder.format("ann").replace("ps1", "ps2")).mkdir(parents=True)
    found = open_course(tmp_path).submissions("ps1", (), ("ps1", "ps2"))
    assert [(one.learner, one.folder) for one in found] == [
        (learner, tmp_path / folder.format(learner)) for learner in ("ann", "bob-1")
    ]
