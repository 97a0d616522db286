"""Neural cells: their contracts checked on every input."""
