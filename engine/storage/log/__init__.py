"""The log as it is stored: its entries and their hashes, and the files that belong to it."""
