"""The workflows that acts in the log follow, and checkers that replay them entry by entry."""
