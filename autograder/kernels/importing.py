"""Import what notebooks need before they run, in processes that need nothing of Jupyter, too."""

import gc
import importlib
from collections.abc import Iterable


def import_all(modules: Iterable[str]) -> dict[str, str]:
    """Import modules and return why some could not be, by name."""
    failed = {}
    for module in modules:
        try:
            importlib.import_module(module)
        except BaseException as error:  # a package can fail at import in any way, and may exit
            failed[module] = f"{type(error).__name__}: {error}"
    return failed


def import_before_forks(modules: Iterable[str]) -> dict[str, str]:
    """Import modules, as :func:`import_all` does, in a process that will be forked."""
    failed = import_all(modules)
    gc.collect()
    gc.freeze()  # a collection in a child would write to, and so copy, every page
    return failed
