"""The demonstration: real universities, invented colleges, one full round."""
