"""Sentences that hold."""
