"""Every block of code in the documentation runs, in the order of its page, on the bundled edition."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents.pages import DOCS, ROOT, code_of, pages, run_cell

# pages with a test of their own that runs their code and checks more
RUN_ELSEWHERE = {"explanation/adjusting-for-deprivation.md": "tests/models/adjustment/test_page.py"}
WITH_CODE = [
    name
    for path in pages()
    if code_of(path)
    and (name := path.relative_to(DOCS).as_posix()) not in RUN_ELSEWHERE
    and not name.startswith("replication/")  # run by tests/replication, number by number
]


@pytest.mark.parametrize("name", WITH_CODE)
def test_the_code_of_the_page_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CARERATES_OFFLINE", "1")
    names: dict[str, object] = {"__name__": "__main__"}
    for number, block in enumerate(code_of(DOCS / name), start=1):
        run_cell(block, f"{name}, block {number}", names)


def test_pages_run_elsewhere_are_run_there() -> None:
    for page, test in RUN_ELSEWHERE.items():
        assert (DOCS / page).exists()
        assert Path(page).name in (ROOT / test).read_text(encoding="utf-8")


def test_options_of_cells_are_not_code() -> None:
    page = DOCS / "tutorials" / "first-funnel.md"
    blocks = code_of(page)
    assert len(blocks) > 3
    assert not any(line.startswith((":", "---")) for block in blocks for line in block.splitlines())


def test_a_method_without_brackets_is_no_result() -> None:
    with pytest.raises(AssertionError, match="shows <built-in method"):
        run_cell("text = 'a'\ntext.upper", "example", {})
    assert run_cell("text = 'a'\ntext.upper()", "example", {}) == "A"
    assert run_cell("text = 'a'", "example", {}) is None
