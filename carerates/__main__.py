"""``python -m carerates`` is the ``carerates`` command."""

from carerates.cli import main

if __name__ == "__main__":
    main()
