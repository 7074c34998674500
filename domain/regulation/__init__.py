"""The order as data, and the pure functions that read it."""
