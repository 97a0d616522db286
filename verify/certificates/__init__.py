"""Certificates: what was answered about a program, so that others can check it."""
