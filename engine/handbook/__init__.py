"""Floor 5: the policies as a handbook that counsel reads: plain values, made from a bundle."""
