"""The command line: one file a command. No analysis here."""
