"""What the files of a bundle declare for all of them: facts, sets, parameters, tables and more."""
