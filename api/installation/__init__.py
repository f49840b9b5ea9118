"""An installation: its settings, the parts that are made as these say, and how it is set up."""
