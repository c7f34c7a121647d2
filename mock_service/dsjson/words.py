"""Texts in logs: Vowpal Wabbit's JSON reader makes each word of ``_text`` a feature.

A word is a feature of the namespace its text stands in, with the number of times it occurs as its
value, which is what the same feature added that often comes to.
"""

from collections import Counter

TEXT = "_text"


def with_words(value: object) -> object:
    """Return JSON with a member for each word in place of every ``_text``."""
    if isinstance(value, list):
        return [with_words(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: with_words(inner) for name, inner in value.items() if name != TEXT}
    text = value.get(TEXT)
    if isinstance(text, str):
        for word, count in Counter(text.split()).items():
            if not word.startswith("_"):
                found.setdefault(word, count)
    return found
