"""stdcell."""
