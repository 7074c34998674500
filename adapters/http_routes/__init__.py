"""The routes of the HTTP door, a module for each kind of request."""
