"""PowerShell: a tolerant parser, a compiler to closures, cmdlets and the .NET classes that scripts use."""
