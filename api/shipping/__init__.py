"""Shipping: the entries of the log as events in the shapes that other systems read.

The log itself is the queue: entries are read from it, in order, after they were committed, and a
bookmark says how far they have been delivered. So nothing waits for a collector, a dead collector
loses nothing, and what is delivered twice is the same event with the same id.
"""
