"""What the leader of a comparison is worth, though it was chosen for having done well."""

from simulator.experiment.statistics import Columns


def corrected_leader_value(columns: Columns) -> float:
    """Return the mean of seeds that had no say in who leads; `columns` are by seed and setting.

    Each seed in turn is left out, the others say who leads, and the seed says what that one is
    worth. Where one setting leads whichever seed is left out, this is its plain mean.
    """
    totals = columns.sum(axis=0)
    left_out = totals - columns
    leaders = left_out.argmax(axis=1)
    return float(columns[range(len(columns)), leaders].mean())
