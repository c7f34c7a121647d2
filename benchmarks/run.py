"""All measurements in one run, or some parts of it: ``make bench PARTS="http in_process"``."""

import argparse
import sys
from time import perf_counter

import evaluation
import grid
import growth
import http_rank
import in_process
import memory
import publish
import starting
import while_evaluating
import word_counts
from machine import circumstances

PARTS = {
    "in_process": in_process.measure,
    "http": http_rank.measure,
    "compare": grid.measure,
    "evaluation": evaluation.measure,
    "while_evaluating": while_evaluating.measure,
    "starting": starting.measure,
    "memory": memory.measure,
    "growth": growth.measure,
    "word_counts": word_counts.measure,
}


def main() -> None:
    """Measure and print one table; a whole run is written down, too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)}")
    names = parser.parse_args().parts or list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        parser.error(f"expected parts among {', '.join(PARTS)}, got {', '.join(unknown)}")
    measured = {}
    for name in names:
        began = perf_counter()
        sys.stderr.write(f"measuring {name}... ")
        sys.stderr.flush()
        measured[name] = PARTS[name]()
        sys.stderr.write(f"{perf_counter() - began:.0f} s\n")
    publish.show(measured)
    if set(names) == set(PARTS):
        publish.write(measured, circumstances())
        sys.stderr.write("Results: benchmarks/results.md\n")


if __name__ == "__main__":
    main()
