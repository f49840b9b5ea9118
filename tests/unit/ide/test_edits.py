"""Fixes, layout and the outline."""

from engine.ide.edits import Edit, edited, fixes, laid_out
from engine.ide.outline import Entry, outline
from engine.source.text import Span
from tests.unit.ide.desk import FILES, desk


def test_a_fix_mends_what_it_touches() -> None:
    text = FILES["minors.policy"].replace("minimum_age is", "minimun_age is")
    snapshot = desk(minors=text)
    place = text.index("minimun_age") + 2
    (fix,) = fixes(snapshot, Span(source="minors.policy", start=place, end=place))
    assert fix.title == "Write `minimum_age`"
    assert fix.diagnostic.code == "E0301"
    assert edited(text, [fix.edit]) == FILES["minors.policy"]
    elsewhere = Span(source="minors.policy", start=0, end=3)
    assert fixes(snapshot, elsewhere) == ()
    behind = Span(source="minors.policy", start=len(text), end=len(text))
    assert fixes(snapshot, behind) == ()


def test_a_word_for_a_sign_is_set_apart_from_its_neighbours() -> None:
    text = FILES["minors.policy"].replace(" is less than 18", "<18", 1)
    (fix,) = fixes(desk(minors=text), Span(source="minors.policy", start=0, end=len(text)))
    assert fix.title == "Write `is less than`"
    assert edited(text, [fix.edit]) == FILES["minors.policy"]


def test_what_is_too_much_is_left_out() -> None:
    text = FILES["minors.policy"].replace("is less than 18", "is less than 18.", 1)
    text = text.replace(" and campaign.audience.profiling", "", 1)
    found = fixes(desk(minors=text), Span(source="minors.policy", start=0, end=len(text)))
    assert [fix.title for fix in found] == ["Leave this out"]


def test_a_fault_without_a_single_remedy_has_no_fix() -> None:
    text = FILES["minors.policy"].replace("campaign.audience.profiling", "campaign.xyz")
    whole = Span(source="minors.policy", start=0, end=len(text))
    assert fixes(desk(minors=text), whole) == ()


def test_the_layout_is_the_canonical_one() -> None:
    text = 'policy   x  "t"\nend policy\n'
    snapshot = desk(new=text)
    edit = laid_out(snapshot, "new.policy")
    assert edit is not None
    assert edited(text, [edit]) == 'policy x "t"\nend policy\n'
    assert laid_out(desk(new=edit.text), "new.policy") is None
    assert laid_out(desk(new="policy   x"), "new.policy") is None


def test_edits_are_made_from_the_end() -> None:
    def edit(start: int, end: int, text: str) -> Edit:
        return Edit(span=Span(source="x", start=start, end=end), text=text)

    assert edited("abc", [edit(0, 1, "AAA"), edit(2, 3, "")]) == "AAAb"


def names(entries: tuple[Entry, ...]) -> list[object]:
    return [(each.kind, each.name, names(each.inner)) for each in entries]


def test_the_outline_has_items_and_what_stands_in_them() -> None:
    snapshot = desk()
    assert names(outline(snapshot, "minors.policy")) == [
        ("policy", "minors", [("rule", "no_profiling", []), ("rule", "no_health", [])]),
        ("test", "a profiled campaign for minors is denied", []),
    ]
    (vocabulary,) = outline(snapshot, "campaign.policy")
    assert (vocabulary.kind, vocabulary.name) == ("vocabulary", "campaign")
    inner = names(vocabulary.inner)
    assert ("fact", "goal", []) in inner
    assert ("record", "part", [("fact", "size", [])]) in inner
    assert ("type", "segment_kind", []) in inner


def test_an_entry_has_its_title_and_its_place() -> None:
    policy, _ = outline(desk(), "minors.policy")
    assert policy.title == "Protection of minors"
    assert FILES["minors.policy"][policy.name_span.start : policy.name_span.end] == "minors"
    law = outline(desk(), "law.policy")
    assert [each.title for each in law][1:] == [
        "Our own policy",
        "member states of the European Union",
        "sensitive kinds",
    ]


def test_what_has_no_name_is_not_in_the_outline() -> None:
    assert outline(desk(new="module a.b\n\nsett x\n\nset Y of text\n"), "new.policy")[0].title == ""
