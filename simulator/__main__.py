"""``python -m simulator`` is ``personalizer-lab``."""

from simulator.cli import main

main()
