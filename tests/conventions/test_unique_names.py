"""A top-level name has one meaning in the whole product."""

from tests.conventions.code import ROOT, Source
from tests.conventions.unique_names import MAX_SHARED_CLASSES, MAX_SHARED_NAMES, defined_names, shared_names


def test_top_level_names_have_one_meaning():
    assert len(shared := shared_names()) <= MAX_SHARED_NAMES, shared


def test_class_names_have_one_meaning():
    assert len(shared := shared_names(classes_only=True)) <= MAX_SHARED_CLASSES, shared


def test_functions_classes_and_constants_count_and_variables_do_not():
    source = Source(ROOT / "example.py")
    text = "LIMIT = 1\nlog = 2\ndef run():\n    MORE = 1\nasync def go(): ...\nclass Tile: ..."
    source.__dict__["text"] = text
    assert list(defined_names(source)) == [("LIMIT", False), ("run", False), ("go", False), ("Tile", True)]
