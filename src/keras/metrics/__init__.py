"""Metrics: numbers that are gathered batch by batch and read at the end of an epoch."""
