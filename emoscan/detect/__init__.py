"""Rules over the graph: loading, matching, checking; YARA on every layer; indicators."""
