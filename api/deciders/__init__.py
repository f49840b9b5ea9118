"""Deciders: other processes, and other machines, that decide for this one."""
