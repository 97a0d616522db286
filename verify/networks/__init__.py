"""Neural cells: every input run, errors of rounding derived, answers certified on balls, budgets at wires, samples."""
