"""A plan travels to another process as JSON."""

import json

from autograder.judge.plan import JudgedCell, JudgePlan


def test_a_plan_survives_json():
    plan = JudgePlan(
        (
            JudgedCell("x = 1", "ordinary"),
            JudgedCell("", "exercise"),
            JudgedCell("assert f(x) == g", "test", ("f", "g")),
            JudgedCell("", "skipped"),
        ),
        {3: "tests use globals"},
    )
    assert JudgePlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
