"""``python -m mock_service`` serves a local Personalizer."""

from mock_service.cli import main

main()
