"""Names: one word, one meaning, and the laws of naming that a program can check."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("mock_service", "simulator", "personalizer_lab")
ALL = (*PRODUCT, "tests", "benchmarks", "examples")

VERBS_IN_ED = {
    "bed",
    "embed",
    "exceed",
    "feed",
    "need",
    "proceed",
    "reseed",
    "seed",
    "shed",
    "shred",
    "speed",
}
IRREGULAR = re.compile(
    "begun|bent|born|bought|brought|built|caught|drawn|driven|fallen|felt|forgotten|found|given|"
    "grown|heard|held|hidden|kept|known|laid|led|left|lent|lost|made|meant|met|paid|proven|seen|"
    "sent|shown|sold|spent|spoken|stood|stuck|taken|taught|thought|thrown|told|understood|unused|"
    "won|worn|written"
)
Function = ast.FunctionDef | ast.AsyncFunctionDef
VAGUE = re.compile(r"\b(nobody|whoever|somebody|so many|so much)\b", re.IGNORECASE)
METAPHORS = re.compile(
    r"\b(beats|book|bench|workbench|crowd|cast|deed|guest|hearing|host_error|ledger|portable|"
    r"sighting|stranger|teacher|witness)\b"
)
REASON = re.compile(r"(noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*|type: ignore\[[a-z-]+(, ?[a-z-]+)*\])\W+\w+")


def test_a_class_name_stands_once_in_the_whole_tree() -> None:
    """Who reads a name need not ask which of several is meant."""
    counted = Counter(node.name for _, tree in _trees(*PRODUCT) for node in _classes(tree))

    assert [name for name, count in counted.items() if count > 1] == []


def test_no_function_is_named_by_a_bare_participle() -> None:
    """A function does something: `parse`, not `parsed`; what a property is may be an adjective."""
    assert [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in _trees(*PRODUCT)
        for node in _functions(tree)
        if _is_participle(node.name) and not _is_property(node)
    ] == []


def test_a_verb_says_how_one_thing_becomes_another() -> None:
    """`parse_x`, `to_x` or `find_x`, and not `x_of`."""
    assert [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in _trees(*PRODUCT)
        for node in _functions(tree)
        if node.name.endswith("_of")
    ] == []


def test_docstrings_name_who_and_how_many() -> None:
    """Subject, fact and unit: nothing is done by nobody, so many times."""
    assert [
        f"{path} {found[0]}"
        for path, tree in _trees(*PRODUCT)
        for text in _docstrings(tree)
        for found in VAGUE.finditer(text)
    ] == []


def test_no_file_is_named_by_a_house_metaphor() -> None:
    """A newcomer reads the names of files first."""
    files = [path.relative_to(ROOT) for package in ALL for path in (ROOT / package).rglob("*.py")]

    assert len(files) > 400
    assert [str(file) for file in files if METAPHORS.search(file.stem.replace("_", " "))] == []


def test_what_is_switched_off_says_why() -> None:
    """After every noqa and every type: ignore stands a reason."""
    assert [
        f"{path}:{token.start[0]} {token.string}"
        for path in _sources(*ALL)
        for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
        if token.type == tokenize.COMMENT
        and re.match(r"#\s*(noqa|type: ignore)", token.string)
        and not REASON.search(token.string)
    ] == []


def _sources(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from sorted((ROOT / package).rglob("*.py"))


def _trees(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in _sources(*packages):
        yield path.relative_to(ROOT), ast.parse(path.read_text(), str(path))


def _functions(tree: ast.Module) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node


def _docstrings(tree: ast.Module) -> Iterator[str]:
    for node in (tree, *_functions(tree), *_classes(tree)):
        yield ast.get_docstring(node) or ""


def _is_participle(name: str) -> bool:
    word = name.strip("_")
    return bool(IRREGULAR.fullmatch(word)) or (
        "_" not in word and word.endswith("ed") and word not in VERBS_IN_ED
    )


def _is_property(node: Function) -> bool:
    names = {getattr(one, "attr", getattr(one, "id", "")) for one in node.decorator_list}
    return bool(names & {"property", "cached_property", "fixture"})
