"""What a store says of tables that it must not touch."""


class SchemaTooNew(Exception):
    """A later version of the program made these tables: nothing was touched."""
