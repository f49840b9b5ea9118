"""The pages of a handbook as texts by the name of their file.

Every page carries its style sheet, asks for nothing else, and runs nothing: a content security
policy says so to the browser. All texts are escaped by the template engine.
"""

from importlib.resources import files

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.handbook.links import INDEX, PAGES, WHOLE, Links, policy_page
from engine.handbook.values import Handbook

_FOLDER = files("api.handbook") / "templates"
_HEADINGS = {
    "articles": "Index by article",
    "coverage": "Coverage, from article to rule to test",
    "markets": "Index by market",
    "facts": "Index by campaign fact",
    "vocabulary": "Vocabulary and lists",
}


def pages(handbook: Handbook) -> dict[str, str]:
    """Return every page of the site, and the handbook on one page, by file."""
    environment = _environment()
    common = {
        "handbook": handbook,
        "headings": _HEADINGS,
        "index": INDEX,
        "whole": WHOLE,
        "style": (_FOLDER / "handbook.css").read_text(encoding="utf-8"),
    }

    def made(template: str, here: str, *, one_page: bool = False, **values: object) -> str:
        to = Links(handbook=handbook, one_page=one_page)
        return environment.get_template(template).render(**common, here=here, to=to, **values)

    chapters = {
        policy_page(each.name): made("policy.html", "policy", chapter=each)
        for each in handbook.chapters
    }
    parts = {file: made("part.html", part, part=part) for part, file in PAGES.items()}
    return {
        INDEX: made("index.html", "index"),
        **chapters,
        **parts,
        WHOLE: made("whole.html", "whole", one_page=True),
    }


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(str(_FOLDER)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
