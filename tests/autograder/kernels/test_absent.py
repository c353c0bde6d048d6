"""What the learner's code cannot use of an absent package, and who still can."""

import builtins
import pickle
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.special
from sklearn.linear_model import LogisticRegression

from autograder.kernels.absent import absent

NUMBERS = np.array([-1.0, 0.5, 2.0])
SPECIAL = ["scipy.special"]
REFUSED = "without scipy.special: scipy.special does not answer while it is tested"

# Cells of a notebook, whose `answer` takes an array.
ANSWERS = {
    "an attribute of the package": "import scipy\ndef answer(x): return scipy.special.expit(x)",
    "an attribute of the module": "from scipy import special\nanswer = lambda x: special.expit(x)",
    "the attribute's name as text": (
        "from scipy import special\ndef answer(x): return getattr(special, 'expit')(x)"
    ),
    "the table of modules": (
        "import sys, scipy.special\ndef answer(x): return sys.modules['scipy.special'].expit(x)"
    ),
    "an imported function": (
        "from scipy.special import logsumexp as lse\ndef answer(x): return lse(x)"
    ),
    "an imported ufunc": "from scipy.special import expit\ndef answer(x): return expit(x)",
    "the function itself": "from scipy.special import softmax as answer",
    "the ufunc itself": "from scipy.special import expit as answer",
    "an import in a function": "def answer(x):\n    import scipy.special\n    return x",
    "an import of a name": "def answer(x):\n    from scipy.special import expit\n    return x",
    "an import of a module's name": "def answer(x):\n    from scipy import special\n    return x",
    "an import by importlib": (
        "import importlib\ndef answer(x): return importlib.import_module('scipy.special').expit(x)"
    ),
    "a helper": (
        "import scipy.special\ndef helper(x): return scipy.special.expit(x)\n"
        "def answer(x): return helper(x)"
    ),
    "a default": (
        "from scipy.special import expit\ndef answer(x, f=expit): return f(x)\ndel expit"
    ),
    "a default of a keyword": (
        "from scipy.special import expit\ndef answer(x, *, f=expit): return f(x)\ndel expit"
    ),
    "a closure": (
        "from scipy.special import expit\n"
        "def make(f):\n    return lambda x: f(x)\n"
        "answer = make(expit)\ndel expit"
    ),
    "a partial": (
        "from functools import partial\nfrom scipy.special import softmax\n"
        "answer = partial(softmax, axis=0)\ndel softmax"
    ),
    "an argument of a partial": (
        "from functools import partial\nfrom scipy.special import expit\n"
        "answer = partial(lambda f, x: f(x), expit)\ndel expit"
    ),
    "a table": (
        "from scipy import special\n"
        "TABLE = {'f': (special.expit, lambda x: special.expit(x))}\ndel special\n"
        "def answer(x): return TABLE['f'][0](x)"
    ),
    "a list": (
        "from scipy.special import expit\nLIST = [expit]\ndel expit\n"
        "def answer(x): return LIST[0](x)"
    ),
    "a method": (
        "from scipy import special\n"
        "class Answer:\n    def f(self, x): return special.expit(x)\nanswer = Answer().f"
    ),
    "an attribute of a class": (
        "from scipy.special import expit\n"
        "class Answer:\n    f = staticmethod(expit)\ndel expit\n"
        "def answer(x): return Answer.f(x)"
    ),
    "an attribute of an object": (
        "from scipy.special import expit\nclass Answer: pass\n"
        "one = Answer()\none.f = expit\ndel expit\n"
        "def answer(x): return one.f(x)"
    ),
    "the object of a method": (
        "from scipy.special import expit\n"
        "class Answer:\n"
        "    def __init__(self, f): self.f = f\n"
        "    def call(self, x): return self.f(x)\n"
        "answer = Answer(expit).call\ndel expit"
    ),
    "a function that a library's decorator holds": (
        "from scipy.special import expit\n"
        "def make(f):\n    return lambda x: f(x)\n"
        "answer = np.errstate(all='ignore')(make(expit))\ndel expit"
    ),
    "a cached function": (
        "from functools import lru_cache\nfrom scipy.special import softmax\n"
        "cached = lru_cache(softmax)\ndel softmax\ndef answer(x): return cached(1.0)"
    ),
    "a closure in a cached function": (
        "from functools import lru_cache\nfrom scipy.special import expit\n"
        "def make(f):\n    return lru_cache(lambda _: f(1.0))\n"
        "cached = make(expit)\ndel expit\ndef answer(x): return cached(object())"
    ),
    "a call that a library makes": (
        "from scipy.special import softmax\n"
        "def answer(x): return np.apply_along_axis(softmax, 0, x)"
    ),
}


def notebook(source: str) -> dict[str, Any]:
    """Return the names of a notebook after a cell."""
    names = {"__name__": "__main__", "np": np}
    exec(source, names)
    return names


class TestLearners:
    @pytest.mark.parametrize("source", ANSWERS.values(), ids=ANSWERS.keys())
    def test_an_answer_that_uses_the_package_is_told_why_and_works_again_afterwards(
        self, source: str
    ) -> None:
        names = notebook(source)
        names["answer"](NUMBERS)
        with absent(SPECIAL, names), pytest.raises(ImportError, match=REFUSED) as caught:
            names["answer"](NUMBERS)
        assert caught.value.name == "scipy.special"
        names["answer"](NUMBERS)

    @pytest.mark.parametrize(
        "source",
        [
            "from sklearn.linear_model import LogisticRegression as Model",
            "from sklearn.linear_model import LogisticRegression\n"
            "class Model(LogisticRegression): pass",
        ],
        ids=["its own", "derived"],
    )
    def test_a_class_of_the_package_makes_no_objects(self, source: str) -> None:
        names = notebook(f"{source}\ndef answer(): return Model()")
        with absent(["sklearn"], names), pytest.raises(ImportError, match="without sklearn"):
            names["answer"]()
        assert isinstance(names["answer"](), LogisticRegression)

    def test_a_class_of_the_package_is_still_one_to_ask_for(self) -> None:
        names = notebook(
            "from sklearn.linear_model import LogisticRegression\n"
            "def answer(x): return isinstance(x, LogisticRegression)"
        )
        with absent(["sklearn"], names):
            assert names["answer"](LogisticRegression())
            assert not names["answer"](1)

    def test_no_class_is_derived_from_one_of_the_package(self) -> None:
        names = notebook(
            "from sklearn.linear_model import LogisticRegression\n"
            "def answer():\n    class Model(LogisticRegression): pass\n    return Model()"
        )
        with absent(["sklearn"], names), pytest.raises(ImportError, match="without sklearn"):
            names["answer"]()

    def test_a_bound_method_of_the_packages_object_is_its_own(self) -> None:
        names = notebook("from scipy.stats import norm\nanswer = norm.pdf\ndel norm")
        with absent(["scipy.stats"], names), pytest.raises(ImportError, match="without scipy"):
            names["answer"](NUMBERS)

    @pytest.mark.parametrize(
        "source",
        [
            "from my_helpers import helper as answer",
            "import my_helpers\ndef answer(x): return my_helpers.helper(x)",
        ],
        ids=["a function", "the file"],
    )
    def test_a_file_beside_the_notebook_is_the_learners_code(
        self, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "my_helpers.py").write_text(
            "from scipy.special import expit\ndef helper(x): return expit(x)"
        )
        monkeypatch.syspath_prepend(tmp_path)
        names = notebook(source)
        monkeypatch.delitem(sys.modules, "my_helpers")
        with absent(SPECIAL, names), pytest.raises(ImportError, match=REFUSED):
            names["answer"](NUMBERS)
        names["answer"](NUMBERS)

    def test_a_package_that_nothing_had_loaded_is_not_imported(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "unheard_of.py").write_text("x = 1")
        monkeypatch.syspath_prepend(tmp_path)
        names = notebook("def answer():\n    import unheard_of\n    return unheard_of.x")
        with absent(["unheard_of"], names), pytest.raises(ImportError, match="unheard_of"):
            names["answer"]()
        assert "unheard_of" not in sys.modules

    def test_an_answer_with_another_way_for_a_missing_package_takes_it(self) -> None:
        names = notebook(
            "def answer(x):\n"
            "    try:\n        from scipy.special import expit\n"
            "    except ImportError:\n        return 'by hand'\n"
            "    return expit(x)"
        )
        with absent(SPECIAL, names):
            assert names["answer"](1.0) == "by hand"

    def test_all_packages_are_named(self) -> None:
        names = notebook("import scipy\ndef answer(): return scipy.special")
        with (
            absent(["scipy", "torch", "jax"], names),
            pytest.raises(ImportError, match="without scipy, torch and jax: scipy does not"),
        ):
            names["answer"]()


class TestOthers:
    def test_what_the_package_does_not_concern_goes_on(self) -> None:
        names = notebook(
            "import scipy.stats, math\nfrom scipy.linalg import norm\n"
            "def answer(x): return scipy.stats.norm.cdf(x).sum() + norm(np.exp(x)) + math.exp(0)"
        )
        expected = names["answer"](NUMBERS)
        with absent(SPECIAL, names):
            assert names["answer"](NUMBERS) == expected

    def test_a_name_that_only_begins_alike_is_another_package(self) -> None:
        names = notebook("from scipy.special import expit as answer")
        with absent(["scipy.spec", "sci"], names):
            names["answer"](NUMBERS)

    def test_a_library_uses_the_package_for_the_learner(self) -> None:
        names = notebook(
            "from sklearn.linear_model import LogisticRegression\n"
            "def answer(x, y): return LogisticRegression().fit(x, y).predict_proba(x)"
        )
        x, y = NUMBERS[:, None], np.array([0, 1, 1])
        with absent(SPECIAL, names):
            assert names["answer"](x, y).shape == (3, 2)

    def test_a_library_imports_the_package_for_the_learner(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        library = types.ModuleType("library")
        exec("def late(x):\n    import scipy.special as s\n    return s.expit(x)", vars(library))
        monkeypatch.setitem(sys.modules, "library", library)
        names = notebook("from library import late\ndef answer(x): return late(x)")
        with absent(SPECIAL, names):
            assert names["answer"](NUMBERS).shape == (3,)

    def test_the_module_answers_code_that_is_not_the_learners(self) -> None:
        with absent(SPECIAL, notebook("import scipy.special")):
            assert scipy.special.expit(NUMBERS).shape == (3,)
            assert scipy.special.softmax.__name__ == "softmax"

    def test_a_module_of_a_librarys_own_kind_is_hidden_and_put_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Settings(types.ModuleType):
            def __setattr__(self, name: str, value: Any) -> None:
                raise AttributeError("nothing can be set")

            def __getattr__(self, name: str) -> str:
                return f"the {name}"

        settings = Settings("settings")
        monkeypatch.setitem(sys.modules, "settings", settings)
        names = notebook("import settings\ndef answer(): return settings.depth")
        with absent(["settings"], names):
            with pytest.raises(ImportError, match="without settings"):
                names["answer"]()
            assert settings.depth == "the depth"
        assert names["answer"]() == "the depth"
        assert type(settings) is Settings

    def test_tensors_that_learners_pass_on_are_whole(self) -> None:
        torch = pytest.importorskip("torch")
        names = notebook(
            "import torch\nx = torch.ones(2, requires_grad=True)\nkind = torch.float64"
        )
        with absent(["torch"], names):
            assert isinstance(names["x"], torch.Tensor)
            assert pickle.loads(pickle.dumps(names["x"].detach())).tolist() == [1.0, 1.0]
            (torch.sigmoid(names["x"]) * 2).sum().backward()
            assert names["kind"] is torch.float64

    def test_a_method_of_a_class_that_torch_makes_in_c_is_its_own(self) -> None:
        torch = pytest.importorskip("torch")
        names = notebook("import torch\nanswer = torch.Tensor.sigmoid")
        with absent(["torch"], names), pytest.raises(ImportError, match="without torch"):
            names["answer"](torch.ones(1))

    @pytest.mark.parametrize(
        "name", ["sigmoid", "nn.functional.softmax", "softmax", "linalg.qr", "nn.Linear"]
    )
    def test_what_torch_makes_in_c_is_known_as_its_own(self, name: str) -> None:
        pytest.importorskip("torch")
        package, _, attribute = f"torch.{name}".rpartition(".")
        names = notebook(f"from {package} import {attribute} as answer")
        with absent(["torch"], names), pytest.raises(ImportError, match="without torch"):
            names["answer"](1)

    def test_a_package_still_tells_its_version(self) -> None:
        names = notebook("import sklearn\ndef answer(): return sklearn.__version__")
        with absent(["sklearn"], names):
            assert names["answer"]()

    def test_exceptions_and_data_of_the_package_stay(self) -> None:
        names = notebook(
            "from sklearn.exceptions import NotFittedError\n"
            "from sklearn.linear_model import LogisticRegression\n"
            "model, CLASS = LogisticRegression(), LogisticRegression\n"
            "def answer():\n"
            "    try:\n        model.predict([[1.0]])\n"
            "    except NotFittedError:\n        return model.C"
        )
        with absent(["sklearn"], names):
            assert names["answer"]() == 1.0


class TestRestoring:
    def test_everything_is_as_before(self) -> None:
        names = notebook("\n".join(ANSWERS.values()).replace("\ndel ", "\n# del "))
        importing, kinds = builtins.__import__, {n: type(m) for n, m in sys.modules.items()}
        before, table = dict(names), dict(names["TABLE"])
        with absent(SPECIAL, names):
            assert names["answer"] is before["answer"]  # a function of the notebook's own
            assert names["lse"] is not before["lse"]
            assert type(scipy.special) is not types.ModuleType
        assert builtins.__import__ is importing
        assert {n: type(m) for n, m in sys.modules.items()} == kinds
        assert names.keys() == before.keys()
        assert all(names[name] is value for name, value in before.items())
        assert names["TABLE"] == table
        assert names["LIST"] == [scipy.special.expit]
        assert vars(names["Answer"]).get("f", scipy.special.expit) is scipy.special.expit

    def test_also_what_functions_and_classes_hold(self) -> None:
        names = notebook(
            "from scipy.special import expit\n"
            "def make(f):\n    return lambda: f\n"
            "def answer(f=expit, *, g=expit): return f, g, inner(), Answer.f, Answer.g\n"
            "inner = make(expit)\n"
            "class Answer:\n    f, g = staticmethod(expit), expit"
        )
        with absent(SPECIAL, names):
            assert all(one is not scipy.special.expit for one in names["answer"]())
        assert names["answer"]() == (scipy.special.expit,) * 5
        assert type(vars(names["Answer"])["f"]) is staticmethod

    def test_also_a_module_of_two_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "scipy.special.again", scipy.special)
        with absent(SPECIAL, notebook("")):
            assert type(scipy.special) is not types.ModuleType
        assert type(scipy.special) is types.ModuleType

    def test_also_after_an_error(self) -> None:
        names = notebook("from scipy.special import expit")
        with pytest.raises(ZeroDivisionError), absent(SPECIAL, names):
            1 / 0  # noqa: B018
        assert names["expit"] is scipy.special.expit
        assert type(scipy.special) is types.ModuleType

    def test_what_the_learners_code_has_put_there_meanwhile_stays(self) -> None:
        names = notebook("from scipy.special import expit, entr\nLIST = [expit]")
        with absent(SPECIAL, names):
            names["expit"] = "mine"
            names["LIST"].clear()
            del names["entr"]
        assert names["expit"] == "mine"
        assert names["LIST"] == []
        assert "entr" not in names

    def test_what_the_learners_code_has_kept_works_afterwards(self) -> None:
        names = notebook("from scipy.special import expit\nkept = []\n")
        exec("def keep(): kept.append(expit)", names)
        with absent(SPECIAL, names):
            names["keep"]()
        assert names["kept"][0](NUMBERS).shape == (3,)
        assert names["kept"][0].nin == 1
        with absent(SPECIAL, names), pytest.raises(ImportError, match=REFUSED):
            names["kept"][0](NUMBERS)

    def test_no_packages_mean_no_change(self) -> None:
        names = notebook("from scipy.special import expit")
        importing = builtins.__import__
        with absent([], names):
            assert builtins.__import__ is importing
            assert names["expit"] is scipy.special.expit

    def test_what_holds_itself_is_looked_through_once(self) -> None:
        names = notebook("one = [1]\none.append(one)\nnames = globals()")
        with absent(SPECIAL, names):
            assert names["one"][1] is names["one"]
