"""`python -m api.cli`: the command line where the script `assent` is not installed."""

from api.cli.main import main

main()
