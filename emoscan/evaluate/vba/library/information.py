"""What values are."""
