"""The leak gate on this course: what is planted into the lessons is found, idioms are not."""

import ast
import base64
import html
import json
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder import regions
from autograder.build.leaks import find_leaks
from autograder.build.secrets import Secret, secrets_of
from autograder.notebooks import read_notebook
from autograder.regions import MARKERS
from autograder.samples import solutions_of
from autograder.syllabus import load_syllabus

ROOT = Path(__file__).parents[2]
UNITS = load_syllabus(ROOT).units
IDS = [unit.id for unit in UNITS]

# Cells of any lesson on these libraries.
IDIOMS = """\
return model.eval()
---
self.drop = nn.Dropout(p=dropout)
---
model.load_state_dict(stored["state"])
---
stored = torch.load(path, weights_only=True)
---
clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
---
return keras.saving.load_model(path)
---
for epoch in range(epochs):
    model.train()
    for images, labels in loader:
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch + 1}: {loss.item():.3f}")
---
for x, y in training_loader:
    x, y = x.to(device), y.to(device)
    opt.zero_grad()
    cost = F.cross_entropy(model(x), target=y)
    cost.backward()
    opt.step()
    scheduler.step()
---
loss = criterion(model(x), y)
optimizer.zero_grad()
loss.backward()
torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
optimizer.step()
---
model.eval()
with torch.no_grad():
    for images, labels in loader:
        logits = model(images)
        losses.append(F.cross_entropy(logits, labels, reduction="sum").item())
---
with torch.no_grad():
    predictions = model(images).argmax(dim=1)
---
with tf.GradientTape() as tape:
    logits = model(images, training=True)
    loss = loss_function(labels, logits)
gradients = tape.gradient(loss, model.trainable_variables)
optimizer.apply_gradients(zip(gradients, model.trainable_variables))
---
gradients = tape.gradient(loss, model.trainable_variables)
clipped, norm = tf.clip_by_global_norm(gradients, clip_norm)
optimizer.apply(clipped, model.trainable_variables)
---
torch.save({"config": model.config, "state": model.state_dict()}, path)
---
checkpoint = torch.load(path, weights_only=True)
model = Transformer(**checkpoint["config"])
model.load_state_dict(checkpoint["state"])
model.eval()
---
class Block(nn.Module):
    def __init__(self, width, dropout):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, width)
        self.drop = nn.Dropout(p=dropout)
---
self.layers = nn.ModuleList([nn.Linear(8, 8), nn.Linear(8, 4)])
---
self.kernel = self.add_weight((n_in, n_out), "glorot_uniform", name="kernel")
---
generator = torch.Generator().manual_seed(seed)
return DataLoader(pairs, batch_size=batch_size, shuffle=True, generator=generator)
---
history = {"loss": [], "accuracy": []}
---
history["loss"].append(loss.item())
---
rng = np.random.default_rng(SEED)
X = rng.normal(size=(m, n))
---
mean = X.mean(axis=0)
---
U, singular_values, Vt = np.linalg.svd(X, full_matrices=False)
---
eigenvalues, eigenvectors = np.linalg.eigh(covariance)
---
shuffled = rng.permutation(len(X))
---
pipeline = Pipeline([("scale", StandardScaler()), ("classify", LogisticRegression())])
---
search = GridSearchCV(pipeline, grid, cv=5, scoring="accuracy")
search.fit(X_train, y_train)
---
fig, ax = plt.subplots(figsize=(6, 3))
ax.plot(costs, label="training")
ax.set(xlabel="epoch", ylabel="cost")
ax.legend()
---
model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X_train, y_train, epochs=3, batch_size=128, validation_split=0.1)
---
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
---
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
model = model.to(device)
"""


# What a cell of a notebook gives away: kind, unit, grade id.
Given = tuple[str, str, str]
Planted = list[tuple[Given, str, NotebookNode]]  # with the name of the place, and the cell


@pytest.fixture(scope="module")
def sources() -> dict[str, NotebookNode]:
    """Return the instructor's notebooks by unit."""
    return {u.id: read_notebook(ROOT / "source" / u.id / u.assignment_name) for u in UNITS}


@pytest.fixture(scope="module")
def secrets(sources: Mapping[str, NotebookNode]) -> list[Secret]:
    return [secret for unit, source in sources.items() for secret in secrets_of(source, unit)]


def missed(planted: Planted, units: list[str], secrets: list[Secret]) -> list[tuple[str, ...]]:
    """Plant cells into the lessons of some units and return those that the gate lets pass."""
    files, first = {}, {}
    for unit in units:
        path = next((ROOT / "release" / unit).glob("*_lesson.ipynb"))
        lesson = json.loads(path.read_text())
        first[unit] = len(lesson["cells"]) + 1
        lesson["cells"] += [cell for _, _, cell in planted]
        files[f"release/{unit}/{path.name}"] = json.dumps(lesson).encode()
    leaks = find_leaks(files, secrets, IDS)
    found_at = [(leak.path.split("/")[1], leak.place, leak.secret) for leak in leaks]
    found = {(unit, place, s.kind, s.unit, s.grade_id) for unit, place, s in found_at}
    return [
        (unit, name, *given)
        for unit in units
        for place, (given, name, _) in enumerate(planted, start=first[unit])
        if (unit, f" cell {place}", *given) not in found
    ]


def places(code: str) -> dict[str, NotebookNode]:
    """Return cells that hold some code, each in another place."""
    lines = code.splitlines()
    in_base64 = base64.b64encode(code.encode()).decode()
    figure = base64.b64encode(png_with_comment(code)).decode()
    coloured = "".join(f"<b>{html.escape(part)}</b>" for part in re.split(r"(\W)", code))

    def shown(data: dict[str, Any], metadata: dict[str, Any] | None = None) -> NotebookNode:
        output = new_output("display_data", data, metadata=metadata or {})
        return new_code_cell("show()", outputs=[output])

    return {
        "code": new_code_cell(code),
        "code with other spaces": new_code_cell(
            "\n\n".join(re.sub(r"([=+*/@,:()\[\]-])", r" \1  ", line) for line in lines)
        ),
        "comments": new_code_cell("\n".join(f"# {line}" for line in lines)),
        "a string": new_code_cell(f"text = '''\n{code}\n'''"),
        "a hint": new_markdown_cell(f"A hint (look:\n\n~~~python\n{code}\n~~~"),
        "a quotation": new_markdown_cell("\n".join(f"> {line}" for line in lines)),
        "an output": new_code_cell("run()", outputs=[new_output("stream", text=f"\n{code}\n")]),
        "HTML": shown({"text/html": f"<pre>{coloured}</pre>"}),
        "an output's metadata": shown({"text/plain": ""}, {"image/png": {"lines": lines}}),
        "a figure's metadata": shown({"image/png": figure}),
        "an attachment": new_markdown_cell("![]()", attachments={"a": {"text/x": in_base64}}),
    }


def png_with_comment(text: str) -> bytes:
    """Return a picture of one pixel that carries a text, as matplotlib writes one."""
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0),
        b"tEXt": b"Comment\x00" + text.encode("latin-1", "replace"),
        b"IEND": b"",
    }
    packed = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def reformatted(code: str) -> str:
    """Return code as another formatter would write it, without comments and docstrings."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


class TestSolutions:
    @pytest.fixture
    def solutions(self, sources: Mapping[str, NotebookNode]) -> dict[Given, str]:
        """Return all solutions, as a learner would type them."""
        found = {
            ("solution", unit, exercise): code
            for unit, source in sources.items()
            for exercise, code in solutions_of(source).items()
        }
        assert len(found) >= 67
        return found

    def test_a_whole_one_is_found_in_every_place_of_the_first_and_of_the_last_unit(
        self, solutions: Mapping[Given, str], secrets: list[Secret]
    ) -> None:
        planted = [
            (given, name, cell)
            for given, code in solutions.items()
            for name, cell in places(code).items()
        ]
        assert missed(planted, [IDS[0], IDS[-1]], secrets) == []

    def test_a_whole_one_is_found_without_comments_and_docstring(
        self, solutions: Mapping[Given, str], secrets: list[Secret]
    ) -> None:
        planted = [
            (given, "reformatted", new_code_cell(reformatted(code)))
            for given, code in solutions.items()
        ]
        assert missed(planted, [IDS[0], IDS[-1]], secrets) == []

    def test_a_whole_one_is_found_in_a_text_file(
        self, solutions: Mapping[Given, str], secrets: list[Secret]
    ) -> None:
        files = {
            f"release/{kind}/{unit}/{exercise}.py": code.encode()
            for (kind, unit, exercise), code in solutions.items()
        }
        leaks = find_leaks(files, secrets)
        found = {(leak.path, leak.secret.unit, leak.secret.grade_id) for leak in leaks}
        assert found.issuperset((path, *path[:-3].split("/")[2:]) for path in files)

    def test_two_neighbouring_lines_that_compute_are_found_with_other_names(
        self, sources: Mapping[str, NotebookNode], secrets: list[Secret]
    ) -> None:
        planted = [
            (("solution", unit, cell.metadata.nbgrader.grade_id), pair, new_code_cell(pair))
            for unit, source in sources.items()
            for cell in source.cells
            if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
            for pair in renamed_pairs(cell.source)
        ]
        assert len({given for given, _, _ in planted}) >= 30
        assert missed(planted, [IDS[0]], secrets) == []
        # In later units, the step of gradient descent may be taken, and the mean loss of an epoch.
        passed = missed(planted, [IDS[-1]], secrets)
        assert [exercise for *_, exercise in passed] == ["logistic_regression", "classifier"]


def renamed_pairs(source: str) -> Iterator[str]:
    """Yield any two neighbouring lines of a solution that compute, with other names."""
    lines = source.split("\n")
    inside = set(regions.inside(source, MARKERS["solution"]))
    tree = ast.parse(source)
    chosen = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} | {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    statements = sorted(
        (node for node in ast.walk(tree) if isinstance(node, ast.stmt)),
        key=lambda node: node.lineno,
    )
    for first, second in pairwise(statements):
        between = range(first.lineno - 1, second.end_lineno)
        if inside.issuperset(between) and computes(first) and computes(second):
            yield renamed("\n".join(lines[index] for index in between), chosen - {"self"})


def computes(node: ast.stmt) -> bool:
    """Say whether a simple statement has an operator between two names, or a comprehension."""
    if not isinstance(node, ast.Assign | ast.AugAssign | ast.Return | ast.Expr):
        return False
    return any(
        isinstance(child, ast.ListComp | ast.GeneratorExp | ast.DictComp)
        or (
            isinstance(child, ast.BinOp)
            and not isinstance(child.left, ast.Constant)
            and not isinstance(child.right, ast.Constant)
        )
        for child in ast.walk(node)
    )


def renamed(code: str, names: set[str]) -> str:
    """Return code in which variables are called otherwise; no keyword argument, no attribute."""
    words = re.split(r"(\"[^\"]*\"|\b\w+\b(?:=(?!=))?)", code)
    for index, word in enumerate(words):
        if word in names and not words[index - 1].endswith("."):
            words[index] = f"{word}_too"
    return "".join(words)


class TestHiddenTests:
    @pytest.fixture
    def hidden(self, sources: Mapping[str, NotebookNode]) -> dict[Given, str]:
        found = {}
        for unit, source in sources.items():
            for cell in source.cells:
                lines = cell.source.split("\n")
                region = [lines[i] for i in regions.inside(cell.source, MARKERS["hidden tests"])]
                if region:
                    given = ("hidden test", unit, cell.metadata.nbgrader.grade_id)
                    found[given] = "\n".join(region)
        assert len(found) >= 147
        return found

    def test_one_is_found_in_every_place_of_another_unit(
        self, hidden: Mapping[Given, str], secrets: list[Secret]
    ) -> None:
        planted = [
            (given, name, cell)
            for given, code in hidden.items()
            for name, cell in places(code).items()
        ]
        assert missed(planted, [IDS[-1]], secrets) == []

    def test_each_of_its_checks_is_found_alone(
        self, hidden: Mapping[Given, str], secrets: list[Secret]
    ) -> None:
        planted = [
            (given, check, new_markdown_cell(check))
            for given, code in hidden.items()
            for check in checks_in(code)
        ]
        assert len(planted) > 300
        assert missed(planted, [IDS[-1]], secrets) == []


def checks_in(code: str) -> Iterator[str]:
    """Yield every check of a hidden test that says what it checks."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Expr) and ast.unparse(node).startswith("check.hidden."):
            check = ast.get_source_segment(code, node) or ""
            if '"' in check:
                yield check


@pytest.mark.parametrize("lesson_of", IDS)
def test_no_idiom_is_refused_in_any_unit(lesson_of: str, secrets: list[Secret]) -> None:
    lesson = nbformat.v4.new_notebook(cells=[new_code_cell(code) for code in IDIOMS.split("---\n")])
    content = nbformat.writes(lesson).encode()
    leaks = find_leaks({f"release/{lesson_of}/lesson.ipynb": content}, secrets, IDS)
    assert [str(leak) for leak in leaks] == []
