"""Floor 5: what policies come to beyond a single decision; first, what changed between two."""
