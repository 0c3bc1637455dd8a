"""`python -m hargen`, where the command is not on the PATH."""

from hargen.cli.main import main

if __name__ == "__main__":
    main()
