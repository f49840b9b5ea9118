"""Where a link leads: to another page of the site, or to a place on the one page."""

from dataclasses import dataclass, field

from engine.handbook.values import Handbook

PAGES = {
    "articles": "by-article.html",
    "coverage": "coverage.html",
    "markets": "by-market.html",
    "facts": "by-fact.html",
    "vocabulary": "vocabulary.html",
}
"""The pages beside those of the policies, by the part of the handbook that they hold."""

INDEX = "index.html"
WHOLE = "handbook.html"


def policy_page(name: str) -> str:
    """Return the file of the page of a policy."""
    return f"policy-{name}.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Addresses within a handbook; on one page each is only the place."""

    handbook: Handbook
    one_page: bool
    _facts: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        facts = {
            path: f"fact-{group.name}.{fact.name}"
            for group in self.handbook.groups
            for fact in group.facts
            for path in fact.paths
        }
        object.__setattr__(self, "_facts", facts)

    def rule(self, rule_id: str) -> str:
        """Return the address of a rule."""
        policy, _, name = rule_id.partition("/")
        return self._at(policy_page(policy), f"rule-{policy}.{name}")

    def chapter(self, name: str) -> str:
        """Return the address of a policy."""
        return f"#policy-{name}" if self.one_page else policy_page(name)

    def part(self, name: str) -> str:
        """Return the address of an index, or of the vocabulary."""
        return f"#{name}" if self.one_page else PAGES[name]

    def definition(self, name: str) -> str:
        """Return the address of a definition."""
        return self._at(PAGES["vocabulary"], f"definition-{name}")

    def parameter(self, name: str) -> str:
        """Return the address of a parameter."""
        return self._at(PAGES["vocabulary"], f"parameter-{name}")

    def table(self, name: str) -> str:
        """Return the address of a table."""
        return self._at(PAGES["vocabulary"], f"table-{name}")

    def list(self, name: str) -> str:
        """Return the address of a list."""
        return self._at(PAGES["vocabulary"], f"list-{name}")

    def group(self, name: str) -> str:
        """Return the address of a group of facts."""
        return self._at(PAGES["vocabulary"], f"group-{name}")

    def fact(self, path: str) -> str | None:
        """Return the address of a fact, None where the vocabulary lists no such path."""
        anchor = self._facts.get(path)
        return None if anchor is None else self._at(PAGES["vocabulary"], anchor)

    def _at(self, page: str, anchor: str) -> str:
        return f"#{anchor}" if self.one_page else f"{page}#{anchor}"
