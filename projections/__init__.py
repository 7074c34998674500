"""Read models as folds: (row | None, event) -> row | None."""
