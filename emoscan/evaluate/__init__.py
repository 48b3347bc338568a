"""Interpreters for what a sample would run, against a fake world."""
