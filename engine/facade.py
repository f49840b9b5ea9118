"""The one place that wires the floors together, for embedders and for the outer ring.

```python
from engine import Engine, load_bundle
engine = Engine(load_bundle("policies/"))
decision = engine.decide(Path("campaign.json").read_bytes(), as_of=datetime.now(UTC))
print(explain(decision))
```
"""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec.structs import replace

from .bundle.bundle import Builder, Bundle, build, sources_of
from .bundle.grants import NO_GRANTS, GrantedPrograms, Grants
from .bundle.load import UnreadableError, read_directory
from .evaluation.compiled.program import Program
from .evaluation.decide_with_facts import decide_with_facts
from .evaluation.decision import Decision
from .evaluation.descriptor.decode import CampaignFault
from .evaluation.document import Document, Identity, Origin
from .evaluation.record_writer import summarise
from .evaluation.standing_facts.book import FactBook
from .evaluation.values import Campaign
from .source.diagnostic import Diagnostic
from .source.json_fault import JSONFault
from .source.render import render_text
from .version import __version__


class EngineError(Exception):
    """What the engine raises; nothing else leaves it."""


class BundleError(EngineError):
    """Policies that cannot be decided by: what is wrong with them, and where.

    `directory` is where they were read from; None where their texts were given.
    """

    def __init__(
        self,
        diagnostics: tuple[Diagnostic, ...],
        files: Mapping[str, str],
        directory: Path | None = None,
    ) -> None:
        shown = render_text(diagnostics, sources_of(files))
        super().__init__(shown or "there is no `.policy` file in this bundle")
        self.diagnostics = diagnostics
        self.files = files
        self.directory = directory


class CampaignError(EngineError):
    """A descriptor that does not follow the vocabulary: every fault, each with its pointer."""

    def __init__(self, faults: tuple[CampaignFault, ...]) -> None:
        super().__init__("\n".join(f"{fault.pointer or '/'}: {fault.message}" for fault in faults))
        self.faults = faults


def load_bundle(directory: str | Path, *, name: str | None = None) -> Bundle:
    """Return the bundle in a directory of policy files.

    Its name is that of the directory unless given. Raises `BundleError` where the policies have
    faults, `EngineError` where a file cannot be read.
    """
    path = Path(directory)
    try:
        files = read_directory(path)
    except UnreadableError as error:
        raise EngineError(str(error)) from error
    return _built(files, name or path.resolve().name, path)


def bundle_from_files(
    files: Mapping[str, str], *, name: str, builder: Builder | None = None
) -> Bundle:
    """Return the bundle that files make, by their path. Raises `BundleError`.

    A builder that has built before does again only what depends on files that have changed.
    """
    return _built(files, name, None, builder)


def _built(
    files: Mapping[str, str], name: str, directory: Path | None, builder: Builder | None = None
) -> Bundle:
    bundle, diagnostics = build(name, files) if builder is None else builder.build(name, files)
    if bundle is None:
        raise BundleError(diagnostics, files, directory)
    return bundle


class Engine:
    """Decides campaigns by one bundle. Immutable; safe to share between threads."""

    def __init__(self, bundle: Bundle) -> None:
        """Take the bundle to decide by. Raises `EngineError` where it has no rule."""
        if not bundle.policies.rules:
            message = f"the policies {bundle.name}: they hold no rule, and would allow everything"
            raise EngineError(message)
        self._bundle = bundle
        self._grants = NO_GRANTS
        self._granted = GrantedPrograms(bundle.policies)
        self._identity = Identity(
            name=bundle.name, version=bundle.version, digest=bundle.digest, engine=__version__
        )

    def with_grants(self, grants: Grants) -> "Engine":
        """Return an engine of the same bundle that decides by waivers granted apart from it.

        They take the place of those of this engine. A grant that the policies do not bear has no
        effect; `grant_faults` says why.
        """
        made = copy(self)
        made._grants = grants  # noqa: SLF001 - of the same class, before anybody has it.
        return made

    def grant_faults(self, text: str) -> tuple[Diagnostic, ...]:
        """Return why a granted waiver has no effect under these policies; nothing where it has."""
        return self._granted.read(text)[1]

    @property
    def bundle(self) -> Bundle:
        """The policies that decide."""
        return self._bundle

    @property
    def identity(self) -> Identity:
        """What a decision names as its origin: the policy set and the version of the engine."""
        return self._identity

    def read(self, descriptor: object) -> Campaign:
        """Return the campaign that a JSON value describes, or as `bytes` the text of one.

        A text is read in less than half the time. Raises `CampaignError`, also where it is no JSON.
        """
        try:
            campaign, faults = self._bundle.decoder.decode(descriptor)
        except JSONFault as fault:
            message = f"{fault.message}, in line {fault.line}, column {fault.column}"
            found = CampaignFault(pointer=fault.pointer, message=message, help=fault.help)
            raise CampaignError((found,)) from None
        if campaign is None:
            raise CampaignError(faults)
        return campaign

    def read_plainly(self, text: bytes) -> Campaign | None:
        """Return the campaign in the text of a descriptor, or None where anything may be wrong.

        `read` says then what it is, or that it is nothing.
        """
        return self._bundle.decoder.decode_plainly(text)

    def standing_facts(self, documents: Iterable[Mapping[str, object]]) -> FactBook:
        """Return standing facts, to be laid beneath campaigns by `decide`.

        Raises `ValueError` for a document that is no standing fact. A decision passes over a fact
        that the vocabulary does not take, and says so.
        """
        bundle = self._bundle
        return FactBook(documents, bundle.decoder, bundle.policies.vocabulary)

    def decide(
        self,
        descriptor: object,
        *,
        as_of: datetime,
        as_if_launched: date | None = None,
        standing: FactBook | None = None,
    ) -> Decision:
        """Return the decision on a campaign, or on what describes one: see `read`.

        `as_of` is the instant of the evaluation, with its offset. With `as_if_launched` the flight
        is moved to start on that day, keeping its length. What is unknown is taken from `standing`,
        so far as it says. The decision has the texts of the grants by which it was made. Raises
        `CampaignError`, also where a standing fact contradicts the campaign or another, and
        `ValueError` where `as_of` has no offset, or a campaign or standing facts were read by
        another vocabulary.
        """
        _check_instant(as_of)
        campaign = self._own(descriptor)
        grants = self._granted.effective(self._grants.concerning(campaign))
        program = self._granted.program(grants) if grants else self._bundle.program
        try:
            if standing is None:
                made = program.decide(campaign, as_of=as_of, launched=as_if_launched)
            else:
                made = self._decide_with_facts(program, campaign, standing, as_of, as_if_launched)
        except OverflowError:
            message = "as if launched then, the flight would end after the year 9999"
            raise CampaignError((CampaignFault(pointer="/flight", message=message),)) from None
        return replace(made, grants=grants) if grants else made

    def _decide_with_facts(
        self,
        program: Program,
        campaign: Campaign,
        standing: FactBook,
        as_of: datetime,
        launched: date | None,
    ) -> Decision:
        if standing.vocabulary is not self._bundle.policies.vocabulary:
            raise ValueError("the standing facts were read by another bundle")
        made = decide_with_facts(
            campaign,
            standing,
            as_of,
            lambda some, when: program.decide(some, as_of=when, launched=launched),
        )
        if isinstance(made, tuple):
            raise CampaignError(made)
        return made

    def summarise(
        self,
        decision: Decision,
        *,
        id: str,  # noqa: A002 - the member's name.
        origin: Origin | None = None,
    ) -> Document:
        """Return the document of a decision without `rules`, the list of all rules."""
        return summarise(decision, id=id, identity=self.identity, origin=origin)

    def _own(self, descriptor: object) -> Campaign:
        """Return the campaign, read here or before by this bundle."""
        if not isinstance(descriptor, Campaign):
            return self.read(descriptor)
        # INVARIANT: facts are found by their place in the shape, so it must be this very one.
        if descriptor.facts.shape is not self._bundle.policies.vocabulary.campaign:
            raise ValueError("the campaign was read by another bundle; give its descriptor")
        return descriptor


def _check_instant(as_of: datetime) -> None:
    if as_of.utcoffset() is None:
        raise ValueError("as_of needs an offset from UTC")
    try:
        as_of.astimezone(UTC)
    except OverflowError:
        raise ValueError("as_of lies beyond the calendar of UTC") from None
