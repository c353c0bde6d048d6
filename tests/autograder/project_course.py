"""A project beside the week of the small course: an exercise, a task and a written answer."""

from pathlib import Path

PROJECT = """\
projects:
  - id: p90_whole
    title: The whole thing
    builds: a service that doubles
    objectives: [Put it all together]
    prerequisites: [w90_tiny]
    points: 32
    packages: [numpy]
    data: [numbers]
    minutes: {assignment: 600}
    budget: {assignment: 20}
"""

SCHEME = """\
- 4 points: names the error that matters most to the client
- 6 points: an honest interval for the hidden score
"""
MODEL_ANSWER = "Because doubling is linear in its input."

ASSIGNMENT = f"""\
# The whole thing

It builds on [the week](../w90_tiny/w90_lesson.ipynb).

```python tags=["parameters"]
PROFILE = "quick"
SEED = 0
```

```python
import numpy as np

from forwardpass import check
```

## Model

```python exercise="model"
def model(x):
    \"\"\"Return twice the array x.\"\"\"
    ### BEGIN SOLUTION
    return np.asarray(x) + np.asarray(x)
    ### END SOLUTION
```

```python tests="model" points=20
check.close(model(2.0), 4.0, "model(2)")
### BEGIN HIDDEN TESTS
values = check.rng("model").normal(size=(2, 3))
check.hidden.close(model(values), 2 * values, "the model doubles every number")
### END HIDDEN TESTS
```

## Report

<!-- #region task="report" points=10 -->
Write one page for your client. Use as many cells below this one as you like.

### BEGIN MARK SCHEME
{SCHEME}### END MARK SCHEME
<!-- #endregion -->

*Write here.*


## Why

<!-- #region manual="why" points=2 -->
{MODEL_ANSWER}
<!-- #endregion -->
"""

MISTAKES = """\
# %% mistake: model | squares
# hint: try it on 3
def model(x):
    return np.asarray(x) ** 2


# %% mistake: model | adds two
# hint: try it on 1
def model(x):
    return np.asarray(x) + 2


# %% mistake: model | does nothing
# hint: what comes back for 1?
def model(x):
    return x


# %% alternative: model | multiplies
def model(x):
    return 2 * np.asarray(x)
"""


def add_project(course: Path) -> Path:
    """Write ``course/p90_whole`` into a course, and return that folder."""
    folder = course / "course" / "p90_whole"
    folder.mkdir()
    with (course / "course" / "syllabus.yml").open("a") as syllabus:
        syllabus.write(PROJECT)
    (folder / "assignment.md").write_text(ASSIGNMENT)
    (folder / "mistakes.py").write_text(MISTAKES)
    return folder
