"""The steps of one waiver, as acts of a log."""

from engine.audit.entries.acts import WaiverChange, WaiverStep

GRANTED_TEXT = "waiver w1\nend waiver\n"
"""What is granted by it."""


def waiver_step(step: WaiverStep, actor: str, *before: int) -> WaiverChange:
    """Return a step of the waiver, which follows the steps of some entries."""
    return WaiverChange(
        entries=tuple((each, each + 1) for each in before),
        step=step,
        waiver="w1",
        policy_set="house",
        rule="models/audit",
        actor=actor,
        text=GRANTED_TEXT if step is WaiverStep.GRANT else None,
    )
