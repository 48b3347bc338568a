"""Steps that lift code and data out of documents."""
