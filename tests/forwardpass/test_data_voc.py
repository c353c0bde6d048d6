"""Pascal VOC 2007: what is read, on a tiny archive of the same format."""

from pathlib import Path

import numpy as np
import pytest

from forwardpass import data
from forwardpass.data import DataError, store

from ..voc_archive import TRAINVAL, write_both


@pytest.fixture
def _small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = write_both(tmp_path)
    monkeypatch.setattr(store, "registry", lambda: entries)
    monkeypatch.setenv("FORWARDPASS_DATA", str(tmp_path))


@pytest.mark.usefixtures("_small")
class TestTinyArchive:
    """An archive of three photographs."""

    def test_a_split_has_the_photographs_of_its_list(self) -> None:
        assert data.voc("trainval").names == ("000005", "000012")
        assert data.voc("val").names == ("000005",)
        assert [photograph.name for photograph in data.voc("test")] == ["000001"]

    def test_masks_can_be_asked_for(self) -> None:
        assert data.voc("trainval", segmentation=True).names == ("000012",)
        assert len(data.voc("val", segmentation=True)) == 0

    def test_images_have_channels_first(self) -> None:
        image = data.voc("test")[0].image
        assert image.shape == (3, 9, 12)
        assert image.dtype == np.uint8
        assert np.abs(image.mean(axis=(1, 2)) - [200, 100, 50]).max() < 3

    def test_boxes_count_from_the_upper_left_corner(self) -> None:
        photograph = data.voc("test")[0]
        assert photograph.boxes.tolist() == [[2, 1, 10, 9], [0, 0, 12, 9]]
        assert [data.VOC.classes[label] for label in photograph.labels] == ["dog", "person"]
        assert photograph.difficult.tolist() == [False, True]

    def test_a_mask_holds_classes_and_void(self) -> None:
        with_mask, without = data.voc("trainval")[1], data.voc("trainval")[0]
        assert without.mask is None
        assert with_mask.mask.shape == (9, 12)
        assert with_mask.mask.dtype == np.int64
        assert np.unique(with_mask.mask).tolist() == [0, 12, 255]
        assert data.VOC.classes[12 - 1] == "dog"


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(ValueError, match="trainval"):
        data.voc("training")


def test_without_a_network_the_manual_way_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = store.registry()
    entry = known[TRAINVAL] | {"url": "http://127.0.0.1:9/voc.tar"}
    monkeypatch.setattr(store, "registry", lambda: known | {TRAINVAL: entry})
    monkeypatch.setattr(store, "cache_folder", lambda: tmp_path)
    monkeypatch.delenv("FORWARDPASS_DATA", raising=False)
    with pytest.raises(DataError, match="by hand") as error:
        data.voc("trainval")
    assert str(tmp_path / TRAINVAL) in str(error.value)
