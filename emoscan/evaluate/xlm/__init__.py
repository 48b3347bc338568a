"""Excel 4 macros: formulas of macro sheets, compiled and run cell after cell on the machine all languages share."""
