"""Floor 3: deciding: values, the two evaluators, verdicts, and the justification."""
