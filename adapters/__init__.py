"""Everything that touches the world: stores, bus, doors."""
