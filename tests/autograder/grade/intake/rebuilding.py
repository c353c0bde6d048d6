"""Rebuild a notebook as grading does, which has aligned it before."""

from nbformat import NotebookNode

from autograder.grade.intake import rebuild as rebuilding
from autograder.grade.intake.align import align
from autograder.grade.intake.rebuild import Rebuilt
from autograder.grade.released import Released
from autograder.grade.skeleton import Skeleton


def rebuild(
    skeleton: Skeleton, notebook: NotebookNode, released: Released | None = None
) -> Rebuilt:
    return rebuilding.rebuild(skeleton, notebook, align(skeleton, notebook), released)
