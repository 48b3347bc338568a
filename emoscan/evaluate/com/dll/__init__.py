"""Functions of Windows libraries, a module for each theme. See com/api.py."""
