"""Questions to a catalog on the command line."""
