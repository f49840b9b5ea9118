"""Floor 1: the language as it is written: tokens, tree, grammar, and the tree as text again."""
