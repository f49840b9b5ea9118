"""Deciders: worker processes, on this machine or others, that decide for this process."""
