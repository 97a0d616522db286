"""Proofs for all lengths by lemmas on symbolic positions."""
