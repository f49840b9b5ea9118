"""Floor 5: the transparency log. Its tree, its records, its writer, and what verifies them."""
