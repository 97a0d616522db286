"""Answers about every sequence up to a length."""
