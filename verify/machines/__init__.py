"""Proofs for all lengths by induction: what is read from left to right, as a machine."""
