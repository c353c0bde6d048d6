"""Containers that the learner's code changes in place come back changed."""

from collections import Counter, OrderedDict, defaultdict, deque

import pytest

CHANGES = {
    "a list": ([1, 2], "x.append(3); x[0] = 7", [7, 2, 3]),
    "a list that is emptied": ([1, 2], "x.clear()", []),
    "a list that is sorted": ([2, 1], "x.sort()", [1, 2]),
    "a dictionary": ({"a": 1, "b": 2}, "x['c'] = 3; del x['a']", {"b": 2, "c": 3}),
    "a set": ({1, 2}, "x.add(3); x.remove(1)", {2, 3}),
    "a set with another of the same size": ({1, 2}, "x.add(3); x.remove(1)", {2, 3}),
    "a bytearray": (bytearray(b"ab"), "x[0] = 99; x.append(100)", bytearray(b"cbd")),
    "an OrderedDict": (
        OrderedDict(a=1, b=2),
        "x.move_to_end('a')",
        OrderedDict(b=2, a=1),
    ),
    "a Counter": (Counter("aab"), "x['a'] -= 1", Counter("ab")),
    "a deque": (deque([1, 2, 3], maxlen=3), "x.append(4)", deque([2, 3, 4], maxlen=3)),
    "a defaultdict": (defaultdict(list), "x['a'].append(1)", defaultdict(list, a=[1])),
    "a list in a dictionary in a list": ([{"a": [1]}], "x[0]['a'].append(2)", [{"a": [1, 2]}]),
    "a list in a tuple": (([1],), "x[0].append(2)", ([1, 2],)),
    "a new list in a list": ([1], "x.append([2, {3: 4}])", [1, [2, {3: 4}]]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changes_in_place_come_back(notebook, name: str) -> None:
    value, change, expected = CHANGES[name]
    assert notebook(f"def f(x):\n    {change}")["f"](value) is None
    assert value == expected
    assert repr(value) == repr(expected)


def test_items_that_are_not_changed_stay_the_same_objects(notebook) -> None:
    inner = [1]
    outer = [inner, "a"]
    notebook("def f(x):\n    x.append(2)\n    x[0].append(3)")["f"](outer)
    assert outer[0] is inner
    assert outer == [[1, 3], "a", 2]


def test_changes_come_back_with_an_error(notebook) -> None:
    value = [1]
    with pytest.raises(ZeroDivisionError):
        notebook("def f(x):\n    x.append(2)\n    1 / 0")["f"](value)
    assert value == [1, 2]


def test_the_same_list_twice_is_one_list(notebook) -> None:
    value: list[int] = []
    here = notebook("def f(a, b):\n    a.append(1)\n    return a is b, b, [a]")
    is_same, back, (again,) = here["f"](value, value)
    assert is_same
    assert back is value
    assert again is value
    assert value == [1]


def test_a_list_that_contains_itself(notebook) -> None:
    value: list = [1]
    value.append(value)
    here = notebook(
        "def f(x):\n    return x[1] is x\n"
        "def g():\n    made = [2, {}]\n    made[1]['me'] = made\n    return made"
    )
    assert here["f"](value)
    back = here["g"]()
    assert back[0] == 2
    assert back[1]["me"] is back


def test_an_argument_that_is_put_into_another_is_the_same_object(notebook) -> None:
    table: dict = {}
    item = [1]
    notebook("def f(table, item):\n    table['a'] = item\n    item.append(2)")["f"](table, item)
    assert table["a"] is item
    assert item == [1, 2]


def test_a_new_list_twice_in_a_result_is_one_list(notebook) -> None:
    first, second = notebook("def f():\n    a = []\n    return a, a")["f"]()
    assert first is second


def test_what_a_callback_changes_is_changed_at_the_learners(notebook) -> None:
    source = """
        def f(change):
            x = [1, {"a": 2}]
            change(x, x[1])
            return x, x[1]
    """

    def change(x: list, table: dict) -> None:
        x.append(3)
        table["b"] = x

    back, table = notebook(source)["f"](change)
    assert back[2] == 3
    assert back[1] is table
    assert table["b"] is back


def test_a_missing_item_of_a_defaultdict_is_made_by_its_factory(notebook) -> None:
    back = notebook(
        "from collections import defaultdict\ndef f():\n    return defaultdict(lambda: 5, a=1)"
    )["f"]()
    assert back["a"] == 1
    assert back["b"] == 5


def test_a_change_of_a_kept_argument_is_told_after_a_call_that_could_not_be_made(notebook) -> None:
    here = notebook("kept = []\ndef f(x):\n    kept.append(x)\ndef g(y):\n    return list(kept[0])")
    value = [1]
    here["f"](value)
    value.append(2)
    with pytest.raises(TypeError, match="module"):
        here["g"](pytest)
    assert here["g"](None) == [1, 2]
