"""Steps that undo one encoding each."""
