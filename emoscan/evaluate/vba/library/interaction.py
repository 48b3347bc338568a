"""Programs, dialogs, environment, objects."""
