"""A cell shows its figures whole, and a flood up to its limit."""

import pytest

from autograder.kernels.limits import Limits
from autograder.kernels.output_limit import OutputLimit, Taken


def stream(length: int) -> dict:
    return {"name": "stdout", "text": "x" * length}


def figure(length: int) -> dict:
    return {"data": {"image/png": "x" * length, "text/plain": "<Figure>"}, "metadata": {}}


@pytest.fixture
def limit() -> OutputLimit:
    return OutputLimit(Limits(output=2048, images=10_240))


def test_text_is_cut_off_once_and_for_all(limit: OutputLimit) -> None:
    taken = [limit.take(stream(1500)) for _ in range(3)]
    assert taken == [Taken.WHOLE, Taken.LAST, Taken.NOT]
    assert limit.notice().text == "… cut off after 2 KiB of output\n"


def test_a_figure_may_be_larger_than_all_text(limit: OutputLimit) -> None:
    assert limit.take(figure(9000)) is Taken.WHOLE
    assert limit.take(stream(1500)) is Taken.WHOLE


def test_figures_have_a_limit_of_their_own(limit: OutputLimit) -> None:
    assert [limit.take(figure(9000)) for _ in range(2)] == [Taken.WHOLE, Taken.LAST]
    assert limit.notice().text == "… cut off after 10 KiB of images\n"


def test_what_is_no_output_is_not_taken(limit: OutputLimit) -> None:
    assert limit.take({"name": "stdout", "text": 7}) is Taken.NOT
    assert limit.take(stream(1)) is Taken.WHOLE


def test_many_small_outputs_count_for_what_they_take_in_the_notebook(limit: OutputLimit) -> None:
    taken = [limit.take({"data": {"text/plain": "1"}, "metadata": {}}) for _ in range(50)]
    assert 2048 // 200 < taken.count(Taken.WHOLE) < 2048 // 100
    assert taken.count(Taken.LAST) == 1


def test_what_is_printed_bit_by_bit_is_one_output(limit: OutputLimit) -> None:
    assert {limit.take(stream(1)) for _ in range(1500)} == {Taken.WHOLE}
