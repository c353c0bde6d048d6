"""A course of one tiny week, which builds and grades in a second."""

from collections.abc import Callable
from pathlib import Path

import pytest

SYLLABUS = """\
title: Tiny course
repository: https://github.com/example/tiny
branch: main
parts: [Only part]
weeks:
  - id: w90_tiny
    part: 1
    title: Tiny
    objectives: [Double and halve numbers]
    prerequisites: []
    points: 10
    packages: [numpy]
    data: []
    minutes: {lesson: 1, assignment: 1}
    budget: {lesson: 30, assignment: 20}
    builds: two functions that undo each other
"""

PARAMETERS = """\
```python tags=["parameters"]
PROFILE = "quick"
SEED = 0
```
"""

LESSON = f"""\
# A tiny lesson

{PARAMETERS}

```python
total = sum(range(4))
print(PROFILE, total)
```
"""

ASSIGNMENT = f"""\
# A tiny assignment

{PARAMETERS}

```python
import numpy as np

from forwardpass import check
```

## Double

```python exercise="double"
def double(x):
    \"\"\"Return twice the array x.\"\"\"
    ### BEGIN SOLUTION
    return np.asarray(x) * 2
    ### END SOLUTION
```

```python tests="double" points=4
check.close(double(np.array([1.0, 3.0])), [2.0, 6.0], "double([1, 3])")
### BEGIN HIDDEN TESTS
numbers = check.rng("double").normal(size=(2, 3))
check.hidden.close(double(numbers), numbers + numbers, "twice is the sum with itself")
### END HIDDEN TESTS
```

## Halve

```python exercise="halve"
def halve(x):
    \"\"\"Return half of the array x.\"\"\"
    ### BEGIN SOLUTION
    return np.asarray(x) / 2
    ### END SOLUTION
```

```python tests="halve" points=4
check.close(halve(np.array([1.0, 3.0])), [0.5, 1.5], "halve([1, 3])")
### BEGIN HIDDEN TESTS
numbers = check.rng("halve").normal(size=(2, 3))
check.hidden.close(2 * halve(numbers), numbers, "two halves are the whole")
### END HIDDEN TESTS
```

```python
print("half of twice ten is", halve(double(np.array([10.0]))))
```

## Quiz

```python exercise="quiz"
answer_1 = ...
### BEGIN SOLUTION
answer_1 = "b"
### END SOLUTION
```

```python tests="quiz" points=2
check.answered(answer_1, 1)
### BEGIN HIDDEN TESTS
check.hidden.answer(answer_1, "b", 1)
### END HIDDEN TESTS
```
"""

MISTAKES = """\
# %% mistake: double | squares
# hint: what should become of 3?
def double(x):
    return np.asarray(x) ** 2


# %% mistake: double | adds two
# hint: what should become of 3?
def double(x):
    return np.asarray(x) + 2


# %% mistake: double | values of the visible test
# hint: which arrays may come?
def double(x):
    return np.array([2.0, 6.0])


# %% crash: double | leaves the process
def double(x):
    import os

    os._exit(1)


# %% alternative: double | adds to itself
def double(x):
    return x + x


# %% mistake: halve | does nothing
# hint: is the result smaller?
def halve(x):
    return x


# %% mistake: halve | integer division
# hint: what should become of an odd number?
def halve(x):
    return x // 2


# %% mistake: halve | takes two away
# hint: what should become of 10?
def halve(x):
    return x - 2


# %% endless: halve | never comes to an end
def halve(x):
    while True:
        pass


# %% alternative: halve | multiplies
def halve(x):
    return 0.5 * x


# %% mistake: quiz | another letter
# hint: read the question again
answer_1 = "a"
"""


def write_small_course(folder: Path) -> Path:
    """Write ``course/w90_tiny`` into a folder and return the folder."""
    week = folder / "course" / "w90_tiny"
    week.mkdir(parents=True)
    (folder / "course" / "syllabus.yml").write_text(SYLLABUS)
    (week / "lesson.md").write_text(LESSON)
    (week / "assignment.md").write_text(ASSIGNMENT)
    (week / "mistakes.py").write_text(MISTAKES)
    return folder


@pytest.fixture
def small_course(tmp_path: Path) -> Path:
    """Return a folder with ``course/w90_tiny``, not built yet."""
    return write_small_course(tmp_path)


@pytest.fixture(scope="session")
def course_writer() -> Callable[[Path], Path]:
    """Return what writes the small course, for fixtures of a wider scope than one test."""
    return write_small_course


@pytest.fixture(autouse=True)
def no_results_of_the_user(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep results of checks apart from those in the user's cache folder."""
    folder = tmp_path_factory.mktemp("results")
    monkeypatch.setattr("autograder.result_cache.cache_folder", lambda: folder)
