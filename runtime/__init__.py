"""What a program does: interpretation, exact transformers, stitched modules, reasoning traces.

Modules that need torch (`compiler`, `transformer`, `cell`, `stitching`) are imported by their own names.
"""
