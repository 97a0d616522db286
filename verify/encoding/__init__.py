"""What a position holds, as sums of atoms, conditions and codes, in the terms of a solver."""
