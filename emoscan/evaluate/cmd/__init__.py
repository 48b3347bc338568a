"""cmd.exe: batch files and command lines."""
