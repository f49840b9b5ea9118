"""The pages: well-formed, whole, escaped, the same each time, and written all or not at all."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from api.handbook.links import Links
from api.handbook.publish import MARK, OccupiedError, publish
from api.handbook.site import pages
from engine.handbook.handbook import handbook
from tests.unit.handbook.bookshelf import bundle, rule, shipped

VOID = {"meta", "link", "br", "hr", "img", "input"}
HOSTILE = (
    'instrument EVIL "Law <script>alert(1)</script>" "javascript:alert(2)"\n'
    'policy p "A <script>alert(3)</script> & co"\n'
    + rule("r", "prohibit when campaign.political").replace("Title of r", "<img src=x onerror=y>")
    + rule("s", "prohibit when campaign.political").replace("DSA art 1", "EVIL art 1")
    + "end policy\n"
)


class Page(HTMLParser):
    """Reads a page: what opens and does not close, the places it has, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.links.append(value or "")
            if name.startswith("on"):
                self.faults.append(name)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")


@pytest.fixture(scope="module")
def site() -> dict[str, str]:
    return pages(shipped())


def read(site: dict[str, str]) -> Iterator[tuple[str, Page]]:
    for name, text in site.items():
        yield name, Page(text)


def test_every_tag_is_closed_and_every_place_is_named_once(site: dict[str, str]) -> None:
    for name, page in read(site):
        assert (name, page.faults, page.open) == (name, [], [])
        assert len(page.ids) == len(set(page.ids))


def test_every_link_within_the_handbook_leads_somewhere(site: dict[str, str]) -> None:
    places = {name: set(page.ids) for name, page in read(site)}
    for name, page in read(site):
        for link in page.links:
            if link.startswith(("https://", "http://")):
                continue
            file, _, place = link.partition("#")
            assert (file or name) in places
            assert not place or place in places[file or name], f"{name}: {link}"


def test_nothing_is_fetched_and_nothing_runs(site: dict[str, str]) -> None:
    for text in site.values():
        page = Page(text)
        assert not page.tags & {"script", "link", "img", "iframe", "object", "form"}
        assert "default-src 'none'" in text
        assert not re.search(r"@import|url\(", text)


def test_every_page_can_be_found_about_in(site: dict[str, str]) -> None:
    for text in site.values():
        assert '<html lang="en">' in text
        assert 'class="skip" href="#content"' in text
        assert '<main id="content">' in text
        assert text.count("<h1") == 1
        levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_rule_is_on_its_page_and_on_the_one_page(site: dict[str, str]) -> None:
    for each in shipped().rules:
        policy, _, name = each.id.partition("/")
        for text in (site[f"policy-{policy}.html"], site["handbook.html"]):
            start = text.index(f'id="rule-{policy}.{name}"')
            entry = text[start : text.index("</article>", start)]
            assert each.sentence.words in entry.replace("&#39;", "'")
            for cited in each.authorities:
                assert cited.url is not None
                assert f'href="{cited.url.replace("&", "&amp;")}"' in entry
            assert entry.count("<tr><td>") == len(each.examples)


def test_every_label_of_the_vocabulary_is_used(site: dict[str, str]) -> None:
    text = site["vocabulary.html"].replace("&#39;", "'")
    for group in shipped().groups:
        assert all(fact.label in text for fact in group.facts)


def test_the_same_policies_give_the_same_pages(site: dict[str, str]) -> None:
    assert pages(shipped()) == site


def test_what_is_hostile_is_shown_and_does_nothing() -> None:
    made = pages(handbook(bundle(HOSTILE)))
    for text in made.values():
        page = Page(text)
        assert page.faults == []
        assert not page.tags & {"script", "img"}
        assert not any("javascript" in link for link in page.links)
    assert "&lt;script&gt;alert(3)&lt;/script&gt; &amp; co" in made["index.html"]


def test_a_fact_that_the_vocabulary_does_not_list_has_no_link() -> None:
    assert Links(handbook=shipped(), one_page=False).fact("campaign.nothing") is None


def test_every_page_is_reached_from_the_contents(site: dict[str, str]) -> None:
    assert set(Page(site["index.html"]).links) >= site.keys() - {"index.html"}


def test_contrast_is_enough_in_light_and_in_dark(site: dict[str, str]) -> None:
    light, dark = re.findall(r":root {(.*?)}", site["index.html"], re.DOTALL)[:2]
    for scheme in (light, dark):
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", scheme))
        grounds = [luminance(colours[name]) for name in ("ground", "tint", "mark")]
        for name in ("ink", "quiet", "accent", "allowed", "denied", "open"):
            for ground in grounds:
                dim, bright = sorted((ground, luminance(colours[name])))
                assert (bright + 0.05) / (dim + 0.05) >= 4.5, (name, ground)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else float(((p + 0.055) / 1.055) ** 2.4) for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# --- writing ----------------------------------------------------------------------------------


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_folder_is_made_and_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "book"
    publish({"a.html": "one", "b.html": "two"}, folder)
    assert names(folder) == {"a.html", "b.html", MARK}
    publish({"a.html": "three"}, folder)
    assert names(folder) == {"a.html", MARK}
    assert (folder / "a.html").read_text() == "three"
    assert names(folder.parent) == {"book"}


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    publish({"a.html": "one"}, tmp_path / "book")
    (tmp_path / "empty").mkdir()
    publish({"a.html": "one"}, tmp_path / "empty")
    assert names(tmp_path / "empty") == {"a.html", MARK}


@pytest.mark.parametrize("mark", [None, "no json", "[]", "{}", '{"files": 3}'])
def test_what_others_put_there_is_kept(tmp_path: Path, mark: str | None) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    if mark is not None:
        (tmp_path / MARK).write_text(mark)
    with pytest.raises(OccupiedError, match="no part of a handbook"):
        publish({"a.html": "one"}, tmp_path)
    assert "a.html" not in names(tmp_path)
    publish({"a.html": "one"}, tmp_path, force=True)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "a.html").read_text() == "one"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "book").write_text("a book")
    with pytest.raises(OccupiedError, match="a file, not a folder"):
        publish({"a.html": "one"}, tmp_path / "book", force=True)


@pytest.mark.parametrize("existed", [True, False])
def test_a_failed_rename_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, existed: bool
) -> None:
    folder = tmp_path / "book"
    if existed:
        publish({"a.html": "one"}, folder)
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise OSError(28, "no space")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="no space"):
        publish({"a.html": "two"}, folder)
    assert folder.exists() is existed
    assert not existed or (folder / "a.html").read_text() == "one"


def test_definitions_have_a_place_to_which_their_rules_lead() -> None:
    written = 'policy p "P"\n' + rule("r", "prohibit when costly_and_aimed") + "end policy\n"
    made = pages(handbook(bundle(written)))
    text, page = made["vocabulary.html"], made["policy-p.html"]
    for name in ("costly", "costly_and_aimed"):
        assert f'id="definition-{name}"' in text
        assert f'href="vocabulary.html#definition-{name}"' in page
    assert "The amount paid exceeds €5,000.00" in text or "exceeds €5,000" in text
    assert "Article 9" in text
    for each in made.values():
        parsed = Page(each)
        assert (parsed.faults, parsed.open) == ([], [])


def test_parameters_have_a_place_to_which_their_rules_lead() -> None:
    written = 'policy p "P"\n' + rule("r", "prohibit when campaign.paid exceeds highest")
    made = pages(handbook(bundle(written + "end policy\n")))
    text = made["vocabulary.html"]
    start = text.index('id="parameter-highest"')
    entry = text[start : text.index("</section>", start)]
    for told in ("€4,000.00", "€5,000.00", "Article 10", "Article 8", "1 February 2026"):
        assert told in entry or told.removesuffix(".00") in entry, told
    assert 'href="vocabulary.html#parameter-highest"' in made["policy-p.html"]
    for each in made.values():
        parsed = Page(each)
        assert (parsed.faults, parsed.open) == ([], [])


def test_a_table_is_set_as_a_table_and_linked_from_its_rules() -> None:
    main = "prohibit when campaign.budget exceeds fee(health, campaign.political)"
    book = handbook(bundle('policy p "P"\n' + rule("r", main) + "end policy\n"))
    made = pages(book)
    text = made["vocabulary.html"]
    start = text.index('id="table-fee"')
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text[start : start + 1500]))
    assert "The fee for ads fee" in shown
    assert "About Paid Gives health, politics yes €5 otherwise €7" in shown
    assert 'href="vocabulary.html#table-fee"' in made["policy-p.html"]
    prose = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", made["policy-p.html"]))
    assert "exceeds the fee for ads for “health” and the answer to “whether" in prose


def test_a_waiver_is_shown_with_its_rule_and_escaped() -> None:
    waived = (
        f"policy p {rule('r', 'prohibit when campaign.political')} end policy\n"
        'waiver w of p/r for campaign.id is "c-1" in force from 2026-01-01 until 2026-03-01\n'
        'approved by "A. Jansen" as "DPO" on 2025-12-29 '
        'ticket "LEG-1" reason "<b>By hand.</b>" end waiver\n'
    )
    made = "".join(pages(handbook(bundle(waived))).values())
    assert "approved by A. Jansen as DPO on 29 December 2025 (LEG-1)" in made
    assert "&lt;b&gt;By hand." in made
