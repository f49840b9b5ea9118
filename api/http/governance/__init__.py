"""Policy sets and waivers: what is ordered about them, and how they are answered."""
