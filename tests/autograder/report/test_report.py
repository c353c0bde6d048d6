"""What a class report computes and shows, from a record of a class in memory."""

import csv
import io
from datetime import datetime

import numpy as np
import pytest

from autograder.report import figures
from autograder.report.findings import findings
from autograder.report.measures import group_means, item_rest_correlation, summarise
from autograder.report.model import CellKey, ClassRecord, Failure, GradedCell, Learner, Mark
from autograder.report.page import render_page
from autograder.report.statistics import Status, analyse
from autograder.report.tables import canvas_csv, cells_csv, moodle_csv, scores_csv

NOTEBOOK = "w90_assignment"


def key(name):
    return CellKey(NOTEBOOK, name)


def cell(name, points=10.0, exercise=None, automatic=True):
    return GradedCell(key(name), key(exercise or name), points, automatic)


def learner(id, scores, failures=(), penalty=0.0, name=""):
    """A graded learner; a score of None waits for a person."""
    marks = {key(n): Mark(score, needs_manual=score is None) for n, score in scores.items()}
    return Learner(
        id=id,
        name=name,
        submitted=True,
        autograded=True,
        timestamp=datetime(2026, 3, 2, 9, 30),
        penalty=penalty,
        marks=marks,
        failures=tuple(Failure(key(n), error, text) for n, error, text in failures),
    )


def class_of(cells, learners):
    return ClassRecord("demo", "w90_tiny", None, tuple(cells), tuple(learners))


def class_of_size(size):
    """Two tests of ten points; the better half passes the second, everybody the first."""
    learners = [
        learner(f"sample{i:04d}", {"a": 10.0, "b": 10.0 if i < size / 2 else 0.0})
        for i in range(size)
    ]
    return class_of([cell("a"), cell("b")], learners)


def page(record, feedback=None):
    return render_page(record, analyse(record), feedback or {})


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


# The three measures, against numbers worked out by hand


def test_the_27_percent_groups_of_ten_learners_have_three_each():
    shares = np.array([0, 0, 1, 0, 1, 1, 0, 1, 1, 1], dtype=float)
    lower, upper = group_means(shares, np.arange(10))
    assert (lower, upper) == pytest.approx((1 / 3, 1.0))


def test_learners_who_tie_at_the_edge_of_a_group_share_its_places():
    totals = np.array([9, 8, 5, 5, 5, 5, 5, 5, 1, 0])
    shares = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0], dtype=float)
    lower, upper = group_means(shares, totals)
    # Six learners share the third place of each group, and half of them passed.
    assert (lower, upper) == pytest.approx((0.5 / 3, 2.5 / 3))
    backwards = group_means(shares[::-1], totals[::-1])
    assert backwards == pytest.approx((lower, upper))


def test_the_item_rest_correlation_leaves_the_item_out_of_the_total():
    item, total = np.array([0.0, 0.0, 1.0, 1.0]), np.array([1.0, 3.0, 3.0, 5.0])
    # rest = 1, 3, 2, 4: covariance 0.25, deviations 0.5 and sqrt(1.25)
    assert item_rest_correlation(item, total - item) == pytest.approx(0.25 / (0.5 * 1.25**0.5))


def test_a_correlation_without_variation_is_none_not_a_warning():
    assert item_rest_correlation(np.ones(12), np.arange(12)) is None
    assert item_rest_correlation(np.array([1.0]), np.array([1.0])) is None


def test_a_summary_of_one_learner_has_no_standard_deviation():
    summary = summarise([40.0])
    assert (summary.mean, summary.median, summary.deviation) == (40.0, 40.0, None)
    assert summarise([40.0, 60.0]).deviation == pytest.approx(200**0.5)


# From a record to an analysis


def test_difficulty_is_the_mean_share_and_counts_full_partial_and_no_points():
    record = class_of(
        [cell("a", points=4)],
        [learner(f"s{i}", {"a": score}) for i, score in enumerate([4.0, 4.0, 1.0, 0.0])],
    )
    (item,) = analyse(record).cells
    assert item.difficulty == pytest.approx((1 + 1 + 0.25 + 0) / 4)
    assert item.mean_score == pytest.approx(2.25)
    assert (item.passed, item.partial, item.failed, item.pending) == (2, 1, 1, 0)


def test_cells_of_one_exercise_are_added_up():
    record = class_of(
        [cell("a_tests_x", 5, "a"), cell("a_tests_y", 15, "a"), cell("b_tests", 10, "b")],
        [learner("s1", {"a_tests_x": 5.0, "a_tests_y": 0.0, "b_tests": 10.0})],
    )
    a, b = analyse(record).exercises
    assert (a.label, a.points, a.difficulty, a.partial) == ("a", 20, 0.25, 1)
    assert (b.label, b.difficulty) == ("b", 1.0)


def test_cells_of_several_notebooks_are_named_with_their_notebook():
    first, second = CellKey("part1", "a"), CellKey("part2", "a")
    marks = {first: Mark(10.0, False), second: Mark(0.0, False)}
    record = ClassRecord(
        course="demo",
        assignment="ps1",
        due=None,
        cells=(GradedCell(first, first, 10, True), GradedCell(second, second, 10, True)),
        learners=(Learner("s1", submitted=True, marks=marks),),
    )
    analysis = analyse(record)
    assert [(x.label, x.passed) for x in analysis.exercises] == [("part1/a", 1), ("part2/a", 0)]


def test_discrimination_is_left_out_below_ten_learners():
    small, large = analyse(class_of_size(9)), analyse(class_of_size(10))
    assert small.cells[1].discrimination is None
    assert large.cells[1].discrimination == pytest.approx(1.0)
    assert large.cells[1].item_rest is None  # everybody has the same score in the rest
    assert "too small" in page(class_of_size(9))
    assert "too small" not in page(class_of_size(10))


def test_a_late_penalty_lowers_the_score_but_not_below_zero():
    record = class_of(
        [cell("a")],
        [learner("s1", {"a": 10.0}, penalty=3.0), learner("s2", {"a": 2.0}, penalty=3.0)],
    )
    first, second = analyse(record).learners
    assert (first.score, first.raw, first.percent) == (7.0, 10.0, 70.0)
    assert (second.score, second.raw) == (0.0, 2.0)


def test_an_answer_without_a_score_is_pending_and_not_zero():
    record = class_of(
        [cell("a"), cell("why", automatic=False)],
        [learner("s1", {"a": 10.0, "why": None}), learner("s2", {"a": 10.0, "why": 5.0})],
    )
    analysis = analyse(record)
    why = analysis.cells[1]
    assert (why.difficulty, why.pending, why.partial) == (0.5, 1, 1)
    assert analysis.learners[0].exercise_scores == (10.0, None)
    assert [x.status for x in analysis.learners] == [Status.NEEDS_MANUAL, Status.GRADED]


def test_a_cell_without_points_says_by_its_outputs_who_passed():
    record = class_of(
        [cell("a", points=0)],
        [
            learner("s1", {"a": 0.0}),
            learner("s2", {"a": 0.0}, [("a", "CheckFailed", "no")]),
        ],
    )
    analysis = analyse(record)
    assert analysis.cells[0].difficulty is None
    assert (analysis.cells[0].passed, analysis.cells[0].failed) == (1, 1)
    assert analysis.summary is None
    assert "no points" in page(record)


def test_extra_credit_counts_for_the_score_but_no_share_exceeds_one():
    analysis = analyse(class_of([cell("a")], [learner("s1", {"a": 12.0})]))
    assert analysis.learners[0].percent == 120.0
    assert analysis.cells[0].difficulty == 1.0


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"submitted": False}, Status.MISSING),
        ({"submitted": True}, Status.NOT_GRADED),
        ({"failures": (Failure(key("a"), "DeadKernelError", ""),)}, Status.DEAD_KERNEL),
        ({"failures": (Failure(key(""), "CellTimeoutError", ""),)}, Status.TIMEOUT),
        ({"autograded": True, "marks": {key("a"): Mark(None, True)}}, Status.NEEDS_MANUAL),
        ({"marks": {key("a"): Mark(3.0, False)}}, Status.GRADED),
    ],
)
def test_a_status_says_what_became_of_a_submission(changes, status):
    record = class_of([cell("a")], [Learner("s1", **{"submitted": True, **changes})])
    assert analyse(record).learners[0].status == status


# What failed


def test_messages_are_counted_with_the_most_frequent_first():
    record = class_of(
        [cell("a")],
        [
            learner("s1", {"a": 0.0}, [("a", "CheckFailed", "shape")]),
            learner("s2", {"a": 0.0}, [("a", "NameError", "name 'f' is not defined")]),
            learner("s3", {"a": 0.0}, [("a", "CheckFailed", "shape")]),
        ],
    )
    tallies = analyse(record).cells[0].tallies
    assert [(x.message, x.learners) for x in tallies] == [
        ("shape", ("s1", "s3")),
        ("name 'f' is not defined", ("s2",)),
    ]


# What to look at first


def titles(record, unreadable=()):
    return [x.title for x in findings(record, analyse(record), unreadable)]


def test_a_test_that_nobody_passes_is_called_out_before_one_that_everybody_passes():
    record = class_of(
        [cell("easy"), cell("broken")],
        [learner(f"s{i}", {"easy": 10.0, "broken": 0.0}) for i in range(5)],
    )
    assert titles(record) == ["Nobody passes", "Everybody passes"]
    assert "Is the exercise or the test wrong?" in page(record)


def test_an_answer_graded_by_hand_is_never_called_broken():
    record = class_of(
        [cell("why", automatic=False)], [learner(f"s{i}", {"why": 4.0}) for i in range(5)]
    )
    assert titles(record) == []


def test_a_test_that_favours_the_weak_is_called_out():
    learners = [
        learner(f"s{i:02d}", {"a": float(i), "odd": 10.0 if i < 4 else 0.0, "c": float(i)})
        for i in range(11)
    ]
    record = class_of([cell("a"), cell("odd"), cell("c")], learners)
    assert "The weak do better than the strong" in titles(record)


def test_timeouts_dead_kernels_and_missing_submissions_are_listed():
    record = class_of(
        [cell("a")],
        [
            learner("s1", {"a": 0.0}, [("a", "CellTimeoutError", "")]),
            learner("s2", {"a": 0.0}, [("a", "DeadKernelError", "")]),
            learner("s3", {"a": 10.0}),
            Learner("s4"),
            Learner("s5", submitted=True),
        ],
    )
    by_title = {x.title: x.names for x in findings(record, analyse(record), ["bad.ipynb: no"])}
    assert by_title["Cells timed out"] == ("s1 (a)",)
    assert by_title["Kernels died"] == ("s2 (a)",)
    assert by_title["No submission"] == ("s4",)
    assert by_title["Submitted, not graded"] == ("s5",)
    assert "An autograded notebook cannot be read" in by_title


def test_a_submission_without_a_grade_has_its_reason_beside_it():
    learners = [
        learner("s1", {"a": 10.0}),
        Learner("s2", submitted=True, refusal="no notebook"),
        Learner("s3", submitted=True),
    ]
    record = class_of([cell("a")], learners)
    found = next(x for x in findings(record, analyse(record), ()) if "not graded" in x.title)
    assert found.names == ("s2 (no notebook)", "s3")


def test_a_death_names_tests_only_and_says_what_is_lost():
    deaths = [("a", "DeadKernelError", ""), ("", "DeadKernelError", "")]
    internal = [("after_a-4", "DeadKernelError", ""), ("own", "DeadKernelError", "")]
    record = class_of(
        [cell("a")],
        [learner("s1", {"a": 0.0}, deaths), learner("s2", {"a": 0.0}, internal)],
    )
    death = next(x for x in findings(record, analyse(record), ()) if x.title == "Kernels died")
    assert death.names == ("s1 (a, another cell)", "s2 (another cell)")
    assert death.text.endswith("the others were graded.")


# The heat map


def test_up_to_sixty_learners_have_a_row_each_and_a_thousand_become_groups():
    few, many = (analyse(class_of_size(n)).shares for n in (60, 1000))
    assert figures.heat_map_rows(few).shape == (60, 2)
    grouped = figures.heat_map_rows(many)
    assert grouped.shape == (20, 2)
    assert grouped.index[0] == "rank 1–50"
    assert grouped.index[-1] == "rank 951–1000"
    # The better half of the class passed b, so ten groups did.
    assert grouped["b"].tolist() == [1.0] * 10 + [0.0] * 10


def test_heat_map_rows_fall_with_the_total_and_columns_with_the_difficulty():
    record = class_of(
        [cell("hard"), cell("easy")],
        [
            learner("weak", {"hard": 0.0, "easy": 10.0}),
            learner("strong", {"hard": 10.0, "easy": 10.0}),
        ],
    )
    rows = figures.heat_map_rows(analyse(record).shares)
    assert list(rows.index) == ["strong", "weak"]
    assert list(rows.columns) == ["easy", "hard"]


# The page


def test_the_same_record_gives_the_same_bytes():
    record = class_of_size(12)
    assert page(record) == page(record)


def test_a_page_loads_nothing_from_elsewhere():
    text = page(class_of_size(12))
    assert "http://" not in text
    assert "https://" not in text
    assert "<script" not in text
    assert 'src="data:image/svg+xml;base64,' in text


def test_every_image_has_an_alternative_text_with_the_numbers():
    text = page(class_of_size(12))
    assert text.count("<img") == text.count('alt="') == 3
    assert "Histogram of 12 scores: 6 from 50 to 60 %, 6 from 90 to 100 %." in text


def test_what_a_learner_prints_stays_text():
    attack = "<script>alert(1)</script>"
    record = class_of([cell("a")], [learner("s1", {"a": 0.0}, [("a", "ValueError", attack)])])
    text = page(record)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_names_of_every_alphabet_and_dollar_signs_survive():
    record = class_of(
        [cell("größe_tests")],
        [learner("学生$1$", {"größe_tests": 10.0}, name="Łucja Ćwiklińska"), learner("b", {})],
    )
    text = page(record)
    assert "学生$1$" in text
    assert ">学生$1$</text>" in figures.heat_map(analyse(record).shares)
    assert "Łucja Ćwiklińska" in text
    assert rows(scores_csv(analyse(record)))[0]["exercise:größe_tests"] == "10"


@pytest.mark.parametrize("size", [1, 2, 61])
def test_a_class_of_any_size_has_a_page(size):
    assert f'<dd class="value">{size}</dd>' in page(class_of_size(size))


def test_a_link_to_feedback_stands_where_the_page_exists():
    record = class_of_size(2)
    text = page(record, {"sample0000": (("w90_assignment", "../../feedback/a%20b.html"),)})
    assert text.count('<a href="../../feedback/a%20b.html">w90_assignment</a>') == 1


def test_the_date_is_the_gradebooks_last_submission():
    assert "last submission 2 March 2026, 09:30 UTC" in page(class_of_size(2))


# The CSV files


def test_scores_csv_has_a_row_for_every_learner_and_no_zero_for_a_missing_one():
    record = class_of(
        [cell("a_tests", exercise="a"), cell("why", automatic=False)],
        [learner("s1", {"a_tests": 7.5, "why": None}, penalty=1.0), Learner("s2")],
    )
    first, second = rows(scores_csv(analyse(record)))
    assert first == {
        "student_id": "s1",
        "name": "",
        "score": "6.5",
        "max_score": "20",
        "percent": "32.5",
        "late_penalty": "1",
        "exercise:a": "7.5",
        "exercise:why": "",
        "needs_manual_grading": "true",
        "status": "needs manual grading",
    }
    assert (second["score"], second["status"]) == ("", "missing")


def test_cells_csv_has_a_row_for_every_graded_cell():
    first, second = rows(cells_csv(analyse(class_of_size(10))))
    assert (first["cell"], first["passed"], first["item_rest_correlation"]) == ("a", "10", "")
    assert (second["exercise"], second["difficulty"], second["discrimination"]) == ("b", "0.5", "1")


# Gradebooks elsewhere


def test_canvas_gets_points_possible_and_final_scores_by_login():
    record = class_of(
        [cell("a", points=8), cell("b", points=2)],
        [
            learner("sample01", {"a": 8.0, "b": 1.5}, name="Löwe, Ada"),
            learner("sample02", {"a": 8.0, "b": 2.0}, penalty=4.0),
            learner("sample03", {"a": 8.0, "b": None}),  # waits for a person
            Learner("sample04", "", False, False, None, 0.0, {}, (), ""),
        ],
    )
    table = list(csv.reader(io.StringIO(canvas_csv(analyse(record), "w90_tiny"))))
    assert table == [
        ["Student", "ID", "SIS Login ID", "Section", "w90_tiny"],
        ["    Points Possible", "", "", "", "10"],
        ["Löwe, Ada", "", "sample01", "", "9.5"],
        ["sample02", "", "sample02", "", "6"],
    ]
    table = list(csv.reader(io.StringIO(moodle_csv(analyse(record), "w90_tiny"))))
    assert table == [["username", "w90_tiny"], ["sample01", "9.5"], ["sample02", "6"]]
