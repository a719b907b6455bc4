"""Entry for `python -m p88console`."""

from p88console.cli.main import main

if __name__ == "__main__":
    main()
