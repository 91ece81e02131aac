"""Expressions that are syntax, not functions: constants, operators, conditions and casts."""
