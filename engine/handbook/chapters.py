"""Chapters: one for each policy, in the order of the files, with an entry for each rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from ..bundle.bundle import Bundle
from ..english import consequences
from ..english.amounts import day, members
from ..english.provisions import provision, web_address
from ..english.sentences import Writer, demand
from ..semantics.cases import Case
from ..semantics.reading import definitions_read, names_read, paths_read
from ..semantics.tree import (
    Citation,
    Constant,
    LookupTerm,
    ParameterTerm,
    Policies,
    Rule,
    SetTerm,
    Template,
)
from ..source.quoting import joined
from .examples import by_file, concerned, example
from .origins import WrittenPolicy, written_policies
from .values import (
    Authority,
    Chapter,
    ExceptionEntry,
    FactReference,
    Origin,
    Part,
    RuleEntry,
    WaiverEntry,
)

EVERYWHERE = "every market"


def chapters(bundle: Bundle) -> tuple[Chapter, ...]:
    """Return the chapters of a handbook."""
    written = [each for each in written_policies(bundle) if each.rules]
    maker = _Maker(
        policies=bundle.policies,
        writer=Writer(policies=bundle.policies),
        rules={rule.id: rule for rule in bundle.policies.rules},
    )
    cases = by_file(bundle.cases)
    assigned = {each.file: maker.assign(each.file, written, cases) for each in written}
    return tuple(
        maker.chapter(number, each, assigned[each.file])
        for number, each in enumerate(written, start=1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    policies: Policies
    writer: Writer
    rules: dict[str, Rule]

    def assign(
        self, file: str, written: list[WrittenPolicy], cases: dict[str, list[Case]]
    ) -> list[tuple[Case, frozenset[str]]]:
        """Return the tests of a file, each with the rules that it is an example of."""
        ids = [rule for each in written if each.file == file for rule in each.rules]
        root = self.policies.vocabulary.root
        reads = {rule: frozenset(paths_read(self.rules[rule], root)) for rule in ids}
        return [(case, concerned(case, reads, root)) for case in cases.get(file, ())]

    def chapter(
        self, number: int, written: WrittenPolicy, cases: list[tuple[Case, frozenset[str]]]
    ) -> Chapter:
        """Return the chapter of one policy."""
        vocabulary = self.policies.vocabulary
        entries = tuple(
            self._entry(f"{number}.{place}", self.rules[rule], origin, cases)
            for place, (rule, origin) in enumerate(written.rules.items(), start=1)
        )
        return Chapter(
            number=number,
            name=written.name,
            title=written.title,
            note=written.note,
            common=written.common,
            file=written.file,
            rules=entries,
            examples=tuple(example(case, vocabulary) for case, rules in cases if not rules),
        )

    def _entry(
        self, number: str, rule: Rule, origin: Origin, cases: list[tuple[Case, frozenset[str]]]
    ) -> RuleEntry:
        vocabulary = self.policies.vocabulary
        lifted = tuple(each.id for each in self.rules.values() if rule in each.permissions)
        shown = {rule.id, *lifted}  # What a permission does is seen in the rules that it lifts.
        return RuleEntry(
            number=number,
            id=rule.id,
            title=rule.title,
            sentence=demand(self.writer, rule),
            conditions=tuple(self.writer.sentence(each.condition) for each in rule.applicability),
            markets=self._markets(rule.places),
            list_of_markets=rule.places.name if isinstance(rule.places, SetTerm) else None,
            in_force=consequences.in_force(rule.window),
            exceptions=tuple(self._exceptions(rule)),
            waivers=tuple(self._waivers(rule)),
            lifts=lifted,
            text=rule.text,
            missing=consequences.missing(rule),
            effect=consequences.effect(rule),
            enforcement=rule.enforcement.value,
            severity=rule.severity.value,
            duty=tuple(_parts(rule.duty.text)) if rule.duty is not None else (),
            due=consequences.due(rule.duty) if rule.duty is not None else "",
            message=tuple(_parts(rule.message)),
            remedy=tuple(_parts(rule.remedy)),
            authorities=tuple(map(authority, rule.sources)),
            examples=tuple(example(case, vocabulary) for case, rules in cases if shown & rules),
            definitions=definitions_read(rule),
            parameters=names_read(rule, ParameterTerm),
            tables=names_read(rule, LookupTerm),
            lists=names_read(rule, SetTerm),
            facts=tuple(self._facts(rule)),
            origin=origin,
        )

    def _exceptions(self, rule: Rule) -> Iterator[ExceptionEntry]:
        for each in rule.exemptions:
            condition = self.writer.sentence(each.clause.condition)
            yield ExceptionEntry(name=each.name, condition=condition)
        for permit in rule.permissions:
            condition = self.writer.sentence(permit.main.condition)
            yield ExceptionEntry(name=permit.title, condition=condition, permission=permit.id)

    def _waivers(self, rule: Rule) -> Iterator[WaiverEntry]:
        for each in rule.waivers:
            yield WaiverEntry(
                name=each.name,
                condition=self.writer.sentence(each.scope.condition),
                in_force=consequences.in_force(each.window),
                approver=each.approver,
                role=each.role,
                approved=day(each.approved),
                ticket=each.ticket,
                reason=each.reason,
            )

    def _markets(self, places: SetTerm | Constant | None) -> str:
        match places:
            case None:
                return EVERYWHERE
            case SetTerm(name=name):
                return f"the {self.policies.sets[name].label}"
            case Constant():
                return joined(members(places), "and")
        assert_never(places)

    def _facts(self, rule: Rule) -> Iterator[FactReference]:
        vocabulary = self.policies.vocabulary
        for path in paths_read(rule, vocabulary.root):
            fact = vocabulary.find(path.split(".")[1:])
            yield FactReference(path=path, label=fact.label if fact is not None else path)


def _parts(template: Template) -> Iterator[Part]:
    for part in template.parts:
        if not isinstance(part, str):
            yield Part(text=part.label, is_fact=True)
        else:
            yield Part(text=part)


def authority(citation: Citation) -> Authority:
    """Return a provision as the handbook names it."""
    return Authority(
        instrument=citation.instrument,
        title=citation.title,
        provision=provision(citation.provision),
        url=web_address(citation.url),
    )
