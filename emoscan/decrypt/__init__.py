"""Steps that open what is locked with a password."""
