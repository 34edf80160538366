"""``python -m scmlang``."""

from scmlang.cli import main

if __name__ == "__main__":
    main()
