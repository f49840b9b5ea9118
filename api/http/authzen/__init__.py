"""OpenID AuthZEN 1.0: its evaluations as decisions."""
