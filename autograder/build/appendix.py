"""The appendices: pages beside the weeks, which learners get with links that hold for them."""

from pathlib import Path

FOLDER = "appendix"

# From a page in course/appendix/ to a learner's notebook, and from the same page in release/.
_FROM_COURSE, _FROM_RELEASE = b"../../release/", b"../"


def has_appendices(root: Path) -> bool:
    """Say whether a course has appendices, with a page that lists them."""
    return (root / "course" / FOLDER / "README.md").is_file()


def appendix_files(root: Path) -> dict[str, bytes]:
    """Return the appendices as learners get them, by path relative to ``release/``."""
    if not has_appendices(root):
        return {}
    folder = root / "course" / FOLDER
    return {
        path.relative_to(folder.parent).as_posix(): _for_learners(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _for_learners(path: Path) -> bytes:
    content = path.read_bytes()
    return content.replace(_FROM_COURSE, _FROM_RELEASE) if path.suffix == ".md" else content
