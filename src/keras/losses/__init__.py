"""Losses: pure functions of (y_true, y_pred), and the classes that average them over a batch."""
