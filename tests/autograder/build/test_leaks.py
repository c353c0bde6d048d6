"""What the leak gate takes for a secret, and where it finds one."""

import json

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.build.leaks import find_leaks
from autograder.build.secrets import Secret, secrets_of

UNITS = ["w90_tiny", "w91_next"]
SECRET = Secret("solution", "double", "w90_tiny", "return np.asarray(x) * 2")


def notebook(**cells: str) -> NotebookNode:
    """Return an instructor's notebook of code cells by grade id."""
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(source, metadata={"nbgrader": {"grade_id": grade_id}})
            for grade_id, source in cells.items()
        ]
    )


def solution(code: str) -> str:
    return f"### BEGIN SOLUTION\n{code}\n### END SOLUTION"


def hidden(code: str) -> str:
    return f"### BEGIN HIDDEN TESTS\n{code}\n### END HIDDEN TESTS"


def leaks_in(text: str, *sources: tuple[str, NotebookNode], unit: str = "w90_tiny") -> list[str]:
    """Publish a text file in a unit and return the cells that it gives away."""
    secrets = [secret for name, source in sources for secret in secrets_of(source, name)]
    found = find_leaks({f"release/{unit}/notes.txt": text.encode()}, secrets, UNITS)
    return [leak.secret.grade_id for leak in found]


@pytest.mark.parametrize("place", ["metadata", "output", "attachment"])
def test_no_corner_of_a_notebook_is_overlooked(place: str) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("pass")])
    if place == "metadata":
        notebook.metadata["note"] = {"deep": ["return np.asarray(x)*2"]}
    elif place == "output":
        text = nbformat.v4.new_output("stream", text="say\n  return np.asarray(x) * 2\n")
        notebook.cells[0].outputs.append(text)
    else:
        encoded = "cmV0dXJuIG5wLmFzYXJyYXkoeCkgKiAy"  # base64 of the line
        cell = nbformat.v4.new_markdown_cell("![]()", attachments={"a": {"text/x": encoded}})
        notebook.cells.append(cell)
    content = nbformat.writes(notebook).encode()
    assert len(find_leaks({"release/a.ipynb": content}, [SECRET])) == 1
    assert find_leaks({"release/a.ipynb": content.replace(b"asarray", b"array")}, []) == []


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"first\n\nreturn np.asarray(x) * 2\n", ":3"),
        (b"'''\nAn example:\n    return np.asarray(\n        x,\n    ) * 2\n'''", ":3"),
        ("# 1\n# return np.asarray(x) * 2".encode("utf-16"), ":2"),
    ],
)
def test_a_leak_in_a_text_is_named_with_its_line(content: bytes, line: str) -> None:
    (leak,) = find_leaks({"release/w90_tiny/a.py": content}, [SECRET])
    assert str(leak).startswith(f"release/w90_tiny/a.py{line}: gives away a line of the solution")
    assert str(leak).endswith("of 'double' in w90_tiny: return np.asarray(x) * 2")


@pytest.mark.parametrize("mark", [">", "|"])
def test_a_line_is_found_that_a_quotation_breaks_into_several(mark: str) -> None:
    quoted = "\n".join(f"{mark} {line}" for line in ["return np.asarray(", "    x,", ") * 2"])
    assert len(find_leaks({"release/w90_tiny/a.md": quoted.encode()}, [SECRET])) == 1


def test_a_comparison_that_begins_a_line_is_no_quotation() -> None:
    secret = Secret("solution", "double", "w90_tiny", "return (np.asarray(x) > 2 * x)")
    broken = "return (\n    np.asarray(x)\n    > 2 * x\n)"
    assert len(find_leaks({"release/w90_tiny/a.py": broken.encode()}, [secret])) == 1


def test_code_in_the_strings_of_a_file_is_found() -> None:
    text = json.dumps({"code": 'x = "a"\nreturn np.asarray(\n  x) * 2\ny = 1'})
    assert len(find_leaks({"release/w90_tiny/a.json": text.encode()}, [SECRET])) == 1
    assert find_leaks({"release/w90_tiny/a.json": text.replace("2", "3").encode()}, [SECRET]) == []


@pytest.mark.parametrize(
    "line",
    [
        "with torch.no_grad():",
        "with tf.GradientTape() as tape:",
        'with np.errstate(divide="ignore", over="ignore"):',
        "optimizer.zero_grad()",
        "return model.eval()",
        "self.drop = nn.Dropout(p=dropout)",
        "loss = criterion(model(images), labels)",
        "stored = torch.load(path, weights_only=True)",
        "for index, (images, labels) in enumerate(loader):",
        'print(f"epoch {epoch + 1}: {cost:.3f}")',
        "m = X.shape[0] - 1",
    ],
)
def test_what_every_program_has_is_no_secret(line: str) -> None:
    assert secrets_of(notebook(double=solution(line)), "w90_tiny") == []


@pytest.mark.parametrize(
    "line",
    [
        "with torch.no_grad(): W -= rate * dW",
        "with scaled(loss / len(parts)) as part:",
        "shares = (parameters / heat).softmax(dim=1)",
        "return [np.setdiff1d(shuffled, hand) for hand in hands]",
        "rest = np.log(np.sum(np.exp(shifted), axis=axis))",
        "best = scores[order[0]]",
    ],
)
def test_what_computes_is_a_secret(line: str) -> None:
    assert line in {one.code for one in secrets_of(notebook(double=solution(line)), "w90_tiny")}


def test_to_call_what_the_notebook_defines_is_no_idiom_of_a_library() -> None:
    helper = notebook(double=solution("return helper_of_mine(x)"))
    assert secrets_of(helper, "w90_tiny") == []
    helper.cells.append(nbformat.v4.new_code_cell("def helper_of_mine(x):\n    return x"))
    assert leaks_in("return helper_of_mine(x)", ("w90_tiny", helper)) == ["double"]


def test_a_line_of_several_solutions_is_no_secret_in_later_units() -> None:
    line = "steps = [one + other for one in others]"
    one, other = notebook(double=solution(line)), notebook(halve=solution(line))
    for unit in UNITS:
        assert leaks_in(line, ("w90_tiny", one), unit=unit) == ["double"]
    both = ("w90_tiny", one), ("w91_next", other)
    assert leaks_in(line, *both, unit="w90_tiny") == ["double", "halve"]
    assert leaks_in(line, *both, unit="w91_next") == ["halve"]
    tested = "w90_tiny", notebook(double_tests=hidden(line))
    assert leaks_in(line, *both, tested, unit="w91_next") == ["halve", "double_tests"]


def test_the_step_of_gradient_descent_is_no_secret_in_later_units() -> None:
    descent = notebook(fit=solution("w = w - rate * slope_of_w\nb = b - rate * slope_of_b"))
    step = "a = a - speed * da\nc = c - speed * dc"
    assert leaks_in(step, ("w90_tiny", descent), unit="w90_tiny") == ["fit"]
    assert leaks_in(step, ("w90_tiny", descent), unit="w91_next") == []


TWO = "centred = X - X.mean(axis=0)\nreturn centred.T @ centred / len(X)"


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("moved = A - A.mean(axis=0)\n\n# a comment\nreturn moved.T @ moved / len(A)", True),
        ("moved = A - A.mean(axis=1)\nreturn moved.T @ moved / len(A)", False),
        ("moved = A - A.mean(axis=0)\nreturn moved.T @ A / len(A)", False),
        ("moved = A - B.mean(axis=0)\nreturn moved.T @ moved / len(A)", False),
        ("moved = A - A.mean(axis=0)\nshow(moved)\nreturn moved.T @ moved / len(A)", False),
    ],
)
def test_neighbours_are_found_with_other_names_and_only_with_names(
    text: str, is_found: bool
) -> None:
    assert leaks_in(text, ("w90_tiny", notebook(double=solution(TWO)))) == ["double"] * is_found


def test_neighbouring_idioms_are_found_with_their_names_or_four_with_any() -> None:
    lines = [f"part_{i} = np.array(parts[{i}], dtype=kind)" for i in range(4)]
    four = ("w90_tiny", notebook(double=solution("\n".join(lines))))
    others = [line.replace("part", "piece") for line in lines]
    assert leaks_in(lines[0], four) == []
    assert leaks_in("\n".join(lines[:2]), four) == ["double"]
    assert leaks_in("\n".join(others[:3]), four) == []
    assert leaks_in("\n".join(others), four) == ["double"]


def test_an_answer_to_a_quiz_is_a_secret_however_short() -> None:
    quiz = notebook(quiz=solution('answer_1 = "b"\nanswer_2 = "c"'))
    assert leaks_in("The rest is clear: answer_2='c'.", ("w90_tiny", quiz)) == ["quiz"]
    assert leaks_in("answer_2='d'", ("w90_tiny", quiz)) == []


def test_a_model_answer_is_a_secret() -> None:
    why = nbformat.v4.new_markdown_cell(
        "Because doubling is linear.\n\nSo.",
        metadata={"nbgrader": {"grade_id": "why", "grade": True}},
    )
    source = nbformat.v4.new_notebook(cells=[why])
    assert leaks_in("Why? Because doubling\nis linear.", ("w90_tiny", source)) == ["why"]
    assert leaks_in("So.", ("w90_tiny", source)) == []


@pytest.mark.parametrize(
    "line",
    [
        'numbers = check.rng("double").normal(size=shape)',
        "for m, n in [(3, 4), (5, 2)]:",
        'message = "every row sums to one"',
        "expected = numbers + numbers",
        "found = double(numbers)",
    ],
)
def test_a_line_of_a_hidden_test_tells_its_data_or_what_it_checks(line: str) -> None:
    code = f"{line}\n    pass" if line.endswith(":") else line
    source = notebook(double="def double(x): ...", double_tests=hidden(code))
    for unit in UNITS:
        assert leaks_in(line, ("w90_tiny", source), unit=unit) == ["double_tests"]


def test_a_hidden_check_is_found_with_other_names() -> None:
    check = 'check.hidden.close(double(z) + double(-z), 0 * z, "doubling is odd")'
    source = notebook(double_tests=hidden(check))
    renamed = check.replace("z", "numbers")
    assert leaks_in(renamed, ("w90_tiny", source)) == ["double_tests"]
    assert leaks_in(renamed.replace("odd", "even"), ("w90_tiny", source)) == []


def test_a_hidden_line_that_the_notebook_shows_is_no_secret_but_a_solution_is() -> None:
    line = "expected = numbers + numbers"
    assert leaks_in(line, ("w90_tiny", notebook(double_tests=hidden(line), shown=line))) == []
    shown = notebook(double=solution(line), shown=line)
    assert leaks_in(line, ("w90_tiny", shown)) == ["double"]


def test_hidden_lines_that_the_notebook_shows_tell_nothing_together_either() -> None:
    lines = [f"sum_{name} = {name} + numbers" for name in ("one", "two", "three")]
    text = "\n".join(lines)
    source = notebook(double_tests=hidden(text), shown="\nprint()\n".join(lines))
    assert leaks_in(text, ("w90_tiny", source)) == []
    source.cells[1].source = text.replace("sum_", "a_sum_")  # other words that end as these do
    assert set(leaks_in(text, ("w90_tiny", source))) == {"double_tests"}


def test_what_is_left_of_a_hidden_statement_that_the_notebook_shows_in_part_is_a_secret() -> None:
    shown, other = "expected_sum=numbers + numbers,", "expected_product=numbers * numbers,"
    source = notebook(
        double_tests=hidden(f"compare(\n    {shown}\n    {other}\n)"), shown=f"show({shown})"
    )
    assert leaks_in(shown, ("w90_tiny", source)) == []
    assert leaks_in(other, ("w90_tiny", source)) == ["double_tests"]
