"""What has to be proved of a program, as boolean nodes of its graph."""
