"""The Lark grammars of the two dialects, as text."""
