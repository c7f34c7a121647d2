"""``python -m simulator`` is ``personalizer-lab``."""

from simulator.cli.commands import main

main()
