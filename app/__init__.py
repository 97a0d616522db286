"""The faces of stdcell: the command line and its report."""
