"""`python -m recruit`: the command `recruit`, for processes that the program starts itself."""

from recruit.commands import main

if __name__ == "__main__":
    main()
