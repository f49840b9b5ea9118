"""What is asked: address, query and body, read and refused before any policy sees them."""
