"""What can be asked of every page without a browser: landmarks, headings, labels, tables, contrast."""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest

import carerates as cr
from carerates.charts.style import GREY, INK, PAPER, SEQUENCE
from tests.charts.vision import VISIONS, contrast

VOID = {"meta", "link", "br", "img", "input", "hr", "path", "use", "rect", "circle"}


class Element:
    """One element of a page, with what a screen reader asks of it."""

    def __init__(self, tag: str, attributes: dict[str, str | None], parents: tuple[str, ...]) -> None:
        self.tag, self.attributes, self.parents, self.text = tag, attributes, parents, ""


class Tree(HTMLParser):
    """Every element with its text, in reading order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), tuple(one.tag for one in self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs), tuple(one.tag for one in self.open)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [one for one in self.elements if one.tag in tags]


def find_faults(text: str) -> list[str]:
    """Say what a page lacks."""
    tree, faults = Tree(text), []
    ids = [str(one.attributes["id"]) for one in tree.elements if one.attributes.get("id")]
    faults += [f"the id {one} stands twice" for one in sorted({one for one in ids if ids.count(one) > 1})]
    (html,) = tree.all("html")
    if not re.fullmatch(r"(en|cy)(-GB)?", html.attributes.get("lang") or ""):
        faults.append("the page does not say its language")
    titles = [one for one in tree.all("title") if "head" in one.parents]
    if len(titles) != 1 or not titles[0].text.strip():
        faults.append("the page has no title")
    for landmark in ("header", "nav", "main", "footer"):
        if len(tree.all(landmark)) != 1:
            faults.append(f"there is not one {landmark}")
    levels = [int(one.tag[1]) for one in tree.all("h1", "h2", "h3", "h4")]
    if levels[:1] != [1] or levels.count(1) != 1:
        faults.append("there is not one h1, first")
    faults += [f"h{b} follows h{a}" for a, b in itertools.pairwise(levels) if b > a + 1]
    faults += [
        f"{one.tag} is empty" for one in tree.all("h1", "h2", "h3", "a", "summary") if not one.text.strip()
    ]
    named = {"section", "nav"}
    for one in tree.elements:
        label = one.attributes.get("aria-label") or one.attributes.get("aria-labelledby")
        if one.tag in named and not label:
            faults.append(f"a {one.tag} has no name")
        for name in str(one.attributes.get("aria-labelledby") or "").split():
            if name not in ids:
                faults.append(f"{one.tag} is named by {name}, which is not there")
        if one.tag == "svg" and (one.attributes.get("role") != "img" or not label):
            faults.append("a picture has no words")
        if one.tag == "img" and not one.attributes.get("alt"):
            faults.append("an image has no words")
        if any(key.startswith("on") for key in one.attributes):
            faults.append(f"{one.tag} runs a script")
        if int(one.attributes.get("tabindex") or 0) > 0:
            faults.append(f"{one.tag} changes the order of the keyboard")
        target = str(one.attributes.get("href") or "")
        if one.tag == "a" and target.startswith("#") and target[1:] not in ids:
            faults.append(f"a link leads to {target}, which is not there")
    if not [one for one in tree.all("a") if one.attributes.get("class") == "skip"]:
        faults.append("there is no way past the navigation")
    for scroll in (
        one for one in tree.elements if "scroll" in str(one.attributes.get("class") or "").split()
    ):
        if scroll.attributes.get("tabindex") != "0":
            faults.append("what scrolls cannot be reached by the keyboard")
    tables = len(tree.all("table"))
    if len(tree.all("caption")) != tables:
        faults.append("a table has no caption")
    for cell in tree.all("th"):
        if cell.attributes.get("scope") not in {"col", "row"}:
            faults.append("a heading of a table has no scope")
    return faults


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    place = tmp_path_factory.mktemp("pages")
    rates = cr.load_rates("wales", years=[2018])
    funnel = cr.funnel(rates)
    made = {
        lang: cr.publish(funnel, place / lang, "Rates differ by more than chance", lang=lang)
        for lang in ("en", "cy")
    }
    made["change"] = cr.publish(cr.change(cr.load_rates("wales"), 2013, 2018), place / "change")
    return {name: path.read_text("utf-8") for name, path in made.items()}


@pytest.mark.parametrize("name", ["en", "cy", "change"])
def test_a_release_has_no_fault(pages: dict[str, str], name: str) -> None:
    assert find_faults(pages[name]) == []


def test_the_report_and_the_page_of_an_area_have_no_fault(tmp_path: Path) -> None:
    """The report itself is drawn in test_report; here its document with plain pictures."""
    from carerates.reports.analysis import analyse
    from carerates.reports.content import write_document
    from carerates.reports.html import render_page
    from carerates.reports.pictures import Drawing

    class Plain(dict[str, Drawing]):
        def __missing__(self, key: str) -> Drawing:
            words = '<title id="t">t</title><desc id="d">d</desc>'
            svg = f'<svg role="img" aria-labelledby="t d">{words}</svg>'
            return Drawing(svg, b"", key, key)

    assert find_faults(render_page(write_document(analyse("wales", 2018), Plain()))) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('lang="en-GB"', "", "does not say its language"),
        ('<main id="main">', '<div id="main">', "there is not one main"),
        ("<h2 id=", "<h4 id=", "h4 follows h1"),
        ("<caption>", "<p>", "no caption"),
        ('scope="col"', "", "no scope"),
        ('role="img" ', "", "no words"),
        ('tabindex="0"', "", "cannot be reached"),
        ('class="skip"', "", "no way past"),
        ("<main", '<a href="#nowhere">x</a><main', "which is not there"),
        ('id="main"', 'id="main" onclick="x()"', "runs a script"),
        ('id="contents"', 'id="main"', "stands twice"),
    ],
)
def test_each_fault_is_found(pages: dict[str, str], old: str, new: str, fault: str) -> None:
    assert old in pages["en"]
    assert any(fault in one for one in find_faults(pages["en"].replace(old, new, 1)))


# -- contrast and colour vision ------------------------------------------------------------------------


def page_colours() -> dict[str, str]:
    style = (resources.files("carerates.reports") / "templates" / "page.css").read_text("utf-8")
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style))


@pytest.mark.parametrize("vision", ["", *VISIONS])
def test_text_of_pages_and_charts_can_be_read(vision: str) -> None:
    page = page_colours()
    for ink in ("ink", "blue", "grey"):
        for paper in (PAPER, page["pale"]):
            # WCAG 2.2, 1.4.3: 4.5:1 for text
            assert contrast(page[ink], paper, vision) >= 4.5, (ink, paper)
    for ink in (INK, GREY):
        assert contrast(ink, PAPER, vision) >= 4.5
    # names on the tiles of a map: dark on the three light shades, light on the two dark ones
    for rank, shade in enumerate(SEQUENCE):
        # 4.5:1 is asked of the colours themselves; what little a kind of vision takes off is allowed for
        assert contrast(PAPER if rank >= 3 else INK, shade, vision) >= (4.2 if vision else 4.5), shade
