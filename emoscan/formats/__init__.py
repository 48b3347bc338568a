"""Steps that unpack a format: what is inside a mail, an archive, a document."""
