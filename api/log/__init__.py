"""What the log gives to those who ask it: lists, receipts and evidence."""
