"""The handbook of policies as HTML: pages that are read from a folder, and one that is printed."""
