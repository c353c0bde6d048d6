"""What a notebook sets up first: its profile, its seeds and its device."""

import os
import random
import sys
from typing import TYPE_CHECKING

import numpy as np

from forwardpass.failures import show_failures
from forwardpass.results import watch

if TYPE_CHECKING:
    import torch

PROFILES = ("quick", "full")


def setup(profile: str = "quick", seed: int = 0) -> None:
    """Prepare a notebook: check the profile, seed every generator, set the course's plot style.

    From then on a line says so when the tests of an exercise pass, and what probably happened when
    they fail.

    Parameters
    ----------
    profile : {"quick", "full"}
        ``"quick"`` runs offline on two processor cores, on data that ships with the course;
        ``"full"`` downloads the real data sets once and uses a GPU where there is one.
    seed : int
        Seed for Python, NumPy and every deep-learning framework that is already imported.

    Raises
    ------
    ValueError
        If the profile is not one of the two, or the seed is negative.
    """
    if profile not in PROFILES:
        raise ValueError(f'PROFILE is {profile!r}: write PROFILE = "quick" or PROFILE = "full".')
    seed_everything(seed)

    from forwardpass import plot  # loads matplotlib, which a plain `import forwardpass` must not

    plot.use_course_style()
    watch()
    show_failures()
    print(f"Forward Pass is ready: profile {profile}, seed {seed}.")


def seed_everything(seed: int) -> None:
    """Seed Python's, NumPy's and, where they are already imported, PyTorch's and Keras' generators.

    A framework that is imported after this call keeps its own seed: import first, then seed.

    Parameters
    ----------
    seed : int
        A number from 0 to 2**32 - 1, the range that NumPy's legacy generator accepts.

    Raises
    ------
    ValueError
        If the seed is outside that range.
    """
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed}: choose a whole number from 0 to 2**32 - 1.")
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)  # also seeds every GPU
    if "keras" in sys.modules:
        sys.modules["keras"].utils.set_random_seed(seed)  # Python, NumPy and the backend
    os.environ["PYTHONHASHSEED"] = str(seed)  # for the processes that this one starts


def device() -> "torch.device":
    """Return the best PyTorch device of this machine: CUDA, then Apple's MPS, then the processor.

    Returns
    -------
    torch.device
    """
    import torch

    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
