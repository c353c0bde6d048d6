"""What an argument that the learner's code has kept is, long after the call."""

import numpy as np

SOURCE = """
class Keeper:
    def __init__(self, value):
        self.value = value

    def names(self):
        return list(self.value)

    def change(self):
        self.value[0] = 9

def batches(X):
    for _ in range(2):
        X += 1
        yield X.sum()

def total(X, rows):
    return X.sum() + len(rows)

def grow(rows):
    def more():
        rows[0].append(5)
    return more

def copied(X):
    return Keeper(X.copy())

def choice(space, X):
    return {"option": space["options"][1], "rows": X[1:], "all": space, "new": [X]}
"""


def test_a_generator_changes_its_argument_when_it_goes_on(notebook) -> None:
    X = np.zeros(3)
    batches = notebook(SOURCE)["batches"](X)
    assert X.tolist() == [0, 0, 0]
    assert (next(batches), X.tolist()) == (3, [1, 1, 1])
    assert (next(batches), X.tolist()) == (6, [2, 2, 2])


def test_an_object_that_keeps_an_array_sees_what_the_test_does_to_it(notebook) -> None:
    functions, X = notebook(SOURCE), np.zeros(3)
    kept, copied = functions["Keeper"](X), functions["copied"](X)
    X[1] = 7
    assert (kept.value.tolist(), copied.value.tolist()) == ([0, 7, 0], [0, 0, 0])


def test_an_array_in_a_container_is_kept_like_any_other(notebook) -> None:
    arrays = {"W": np.zeros(2)}
    kept = notebook(SOURCE)["Keeper"](arrays)
    arrays["W"] += 1
    arrays["b"] = 2.0
    assert kept.names() == ["W", "b"]
    assert kept.value["W"].tolist() == [1, 1]


def test_both_sides_change_what_is_kept(notebook) -> None:
    X = np.zeros(2)
    kept = notebook(SOURCE)["Keeper"](X)
    kept.change()
    X[1] = 4
    kept.change()
    assert X.tolist() == [9, 4]
    assert kept.value.tolist() == [9, 4]


def test_a_list_in_a_list_that_a_function_keeps_grows(notebook) -> None:
    rows = [[1], [2]]
    notebook(SOURCE)["grow"](rows)()
    assert rows == [[1, 5], [2]]


def test_what_is_not_kept_is_forgotten(notebook) -> None:
    functions = notebook(SOURCE)
    peer = functions["total"]._reference.peer
    for _ in range(20):
        functions["total"](np.ones(3), [1, [2]])
    assert not peer.kept._arguments
    kept = functions["Keeper"](np.ones(3))
    assert len(peer.kept._arguments) == 1
    del kept
    for _ in range(3):  # the handle's end goes along with one message, the argument's with the next
        functions["total"](np.ones(3), [])
    assert not peer.kept._arguments


def test_an_argument_is_not_kept_because_it_is_part_of_the_result(notebook) -> None:
    choice = notebook(SOURCE)["choice"]
    space, X = {"options": [[1], [2, 3]]}, np.arange(4.0)
    result = choice(space, X)
    assert result["option"] is space["options"][1]
    assert result["all"] is space
    assert np.shares_memory(result["rows"], X)
    assert result["new"][0] is X
    assert not choice._reference.peer.kept._arguments
