"""A campaign decided: a record submitted, the decision as a draft for the log, and made again."""
