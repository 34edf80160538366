"""What maintainers run; no part of the installed package."""
