"""The photographs in the documents are of what walls show now."""

from tests.rendering.layout.gallery import FOLDER, HASHES, STATES, THEMES, hashes


def test_photographs_show_numbers_and_tables_as_they_are():
    assert hashes() == HASHES.read_text(encoding="utf-8"), "run `python -m tests.rendering.layout.gallery` and look"
    document = (FOLDER.parent / "gallery.md").read_text(encoding="utf-8")
    for name in (f"{view}-{theme}.png" for view in STATES for theme in THEMES):
        assert (FOLDER / name).exists()
        assert f"gallery/{name}" in document
