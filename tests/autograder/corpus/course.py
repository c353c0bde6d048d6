"""The course that the corpus is handed in for: every way to write a test, in five exercises."""

SYLLABUS = """\
title: Tiny course
repository: https://github.com/example/tiny
branch: main
parts: [Only part]
weeks:
  - id: w90_tiny
    part: 1
    title: Tiny
    objectives: [Be graded]
    prerequisites: []
    points: 14
    packages: [numpy]
    data: []
    minutes: {lesson: 1, assignment: 1}
    budget: {lesson: 30, assignment: 20}
    builds: what is to be graded
"""

# An object that lies about == gets by a plain assert, whoever grades; so these convert first.
ASSIGNMENT = '''\
# A tiny assignment

```python tags=["parameters"]
PROFILE = "quick"
SEED = 0
```

```python
import numpy as np

from forwardpass import check
```

## Mean

```python exercise="mean"
def mean(x):
    """Return the mean of x."""
    ### BEGIN SOLUTION
    return np.mean(x)
    ### END SOLUTION
```

```python tests="mean" points=3
check.close(mean(np.array([1.0, 3.0])), 2.0, "mean([1, 3])")
### BEGIN HIDDEN TESTS
numbers_for_mean = check.rng("mean").normal(size=7)
check.hidden.close(mean(numbers_for_mean), numbers_for_mean.sum() / 7, "the secret of the mean")
### END HIDDEN TESTS
```

## Relu

```python exercise="relu"
def relu(x):
    """Return x where it is positive, and zero elsewhere."""
    ### BEGIN SOLUTION
    return np.where(x > 0, x, 0)
    ### END SOLUTION
```

```python tests="relu" points=3
np.testing.assert_allclose(relu(np.array([-1.0, 3.0])), [0.0, 3.0])
### BEGIN HIDDEN TESTS
numbers_for_relu = np.linspace(-3, 5, 17)
np.testing.assert_allclose(relu(numbers_for_relu), (numbers_for_relu + abs(numbers_for_relu)) / 2)
assert np.allclose(relu(numbers_for_relu[:5]), 0), "the secret of the relu"
### END HIDDEN TESTS
```

## Count

```python exercise="count"
def count(words):
    """Return how often each word is in the list, as a dictionary."""
    ### BEGIN SOLUTION
    return {word: sum(other == word for other in words) for word in words}
    ### END SOLUTION
```

```python tests="count" points=2
result = count(["a", "b", "a"])
assert isinstance(result, dict)
assert sorted(map(str, result)) == ["a", "b"]
### BEGIN HIDDEN TESTS
secret_words = ["pear", "fig", "pear", "pear"]
secret_counts = count(secret_words)
assert all(int(secret_counts[word]) == secret_words.count(word) for word in secret_words)
if len(secret_counts) != 2:
    raise AssertionError("the secret of the count")
### END HIDDEN TESTS
```

## Fibonacci

```python exercise="fib"
def fib(n):
    """Return the n-th Fibonacci number."""
    ### BEGIN SOLUTION
    return n if n < 2 else fib(n - 1) + fib(n - 2)
    ### END SOLUTION
```

```python tests="fib" points=4
fib_points = 0
for n, wanted in [(1, 1), (2, 1)]:
    fib_points += int(fib(n)) == wanted
### BEGIN HIDDEN TESTS
for n, wanted in [(7, 13), (10, 55)]:
    fib_points += int(fib(n)) == wanted
### END HIDDEN TESTS
fib_points
```

## Last

```python exercise="last"
def last(items):
    """Return the last one."""
    ### BEGIN SOLUTION
    return items[-1]
    ### END SOLUTION
```

```python tests="last" points=2
check.equal(last([3, 4]), 4, "last([3, 4])")
### BEGIN HIDDEN TESTS
secret_items = ["omega", "alpha", "omicron"]
check.hidden.equal(last(secret_items), "omicron", "the secret of the last")
### END HIDDEN TESTS
```
'''
