"""Which environment variables a kernel has."""

import pytest

from autograder.kernels.sandbox.choice import Sandbox
from autograder.kernels.sandbox.environment import environment


@pytest.mark.parametrize("sandbox", Sandbox)
def test_numerical_libraries_have_one_thread_whatever_the_user_has_set(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "LOKY_MAX_CPU_COUNT")
    for name in limits:
        monkeypatch.setenv(name, "8")
    variables = environment(sandbox)
    assert [variables[name] for name in limits] == ["1", "1", "1"]


@pytest.mark.parametrize(("sandbox", "known"), [(Sandbox.BWRAP, False), (Sandbox.NONE, True)])
def test_only_without_a_sandbox_the_users_own_are_known(
    sandbox: Sandbox, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FP_SECRET", "fp-canary")
    assert ("FP_SECRET" in environment(sandbox)) == known
