"""`python -m recruit.commands` is the same as `recruit`."""

from recruit.commands import main

if __name__ == "__main__":
    main(prog_name="recruit")
