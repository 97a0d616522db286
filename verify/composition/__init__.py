"""What called functions promise, and the ladder that the claims of functions climb."""
