"""Claims about numbers: interval arithmetic on exact rationals, with branch and prune."""
