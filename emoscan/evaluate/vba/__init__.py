"""VBA and VBScript: lexer, tolerant parser, compiler to Python code objects, run time, libraries, strategy."""
