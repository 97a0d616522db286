"""The standard programs, as text with contracts."""
