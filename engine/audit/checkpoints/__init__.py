"""What a log states of its size and root: signed, witnessed, stamped, published."""
