"""``python -m kmassist``."""

from kmassist.cli import main

if __name__ == "__main__":
    main()
