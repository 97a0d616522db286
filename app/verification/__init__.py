"""Proofs at the command line: programs verified, and compared."""
