"""The entries of the log: decisions and acts, with what lies beside their leaves."""
