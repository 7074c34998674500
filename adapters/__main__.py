"""`python -m adapters` is the command `adisteme`."""

from adapters.cli import main

main()
