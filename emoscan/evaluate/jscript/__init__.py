"""JScript: run in QuickJS, with nothing but our own stand-ins, which lead to the same fake world as those of VBA."""
