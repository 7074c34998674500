"""Import: the lines of a file become commands, and each line its report."""
