"""The Merkle tree of the log, and the tiles in which it is published."""
