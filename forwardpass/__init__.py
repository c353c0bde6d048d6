"""Forward Pass for learners: data sets, seeds and device, checks, plots and training helpers.

A notebook starts with::

    import forwardpass as fp
    from forwardpass import check, data, plot

    fp.setup(profile=PROFILE, seed=SEED)

Importing the package is cheap. matplotlib, scikit-learn, torch and tensorflow are loaded by the
functions that need them, never by the import itself.
"""

from forwardpass.environment import device, seed_everything, setup

__version__ = "0.1.0"

__all__ = ["__version__", "device", "seed_everything", "setup"]
