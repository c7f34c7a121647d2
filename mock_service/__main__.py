"""``python -m mock_service serve`` serves a local Personalizer."""

from mock_service.cli.commands import main

main()
