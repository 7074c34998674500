"""The event store, the views and the content, on SQLite."""
