"""The way to NATS JetStream and back."""
