"""The regulation and the facts it rules: pure, standard library and msgspec only."""
