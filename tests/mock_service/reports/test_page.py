"""The page is one file that opens offline: charts drawn, nothing fetched, no complaint."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from mock_service.reports.page import (
    Chart,
    Page,
    PageTable,
    Section,
    page_html,
    write_page,
    write_pictures,
)
from tests.helpers.browser import DESKTOP, PHONE, opened

_POINTS = [{"visit": n, "value": n / 9, "setting": s} for n in range(10) for s in ("<i>", "b&c")]
SPEC: dict[str, object] = {
    "data": {"values": _POINTS},
    "mark": "line",
    "height": 200,
    "encoding": {
        "x": {"field": "visit", "type": "quantitative"},
        "y": {"field": "value", "type": "quantitative"},
        "color": {"field": "setting", "type": "nominal"},
    },
}
PAGE = Page(
    title="Which <one>?",
    verdict=("Ship </script><script>alert(1)</script>.", "Sure & certain."),
    sections=(
        Section("Pictures", (Chart("learning", "Value", SPEC, "By visit."),)),
        Section(
            "Figures", (PageTable(("setting", "value"), (("a <b>", "1"),), marked=frozenset({0})),)
        ),
    ),
    command="personalizer-lab compare news --vary 'policy=--cb_explore_adf <x>'",
    versions=(("numpy", "2"),),
)


class Sources(HTMLParser):
    """Collects what a document points to, and its texts."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.texts: list[str] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep every address."""
        del tag
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        """Keep every text."""
        self.texts.append(data.strip())


def test_the_page_points_to_nothing_outside_and_escapes_its_texts() -> None:
    """The one address is an empty icon, which stops a browser from asking for one."""
    document = Sources(page_html(PAGE))

    assert document.addresses == ["data:,"]
    for text in ("Which <one>?", *PAGE.verdict, "a <b>", PAGE.command):
        assert text in document.texts


def test_each_chart_is_a_png_file_of_its_name(tmp_path: Path) -> None:
    """Drawn without a browser."""
    files = write_pictures(PAGE, tmp_path)

    assert [file.name for file in files] == ["learning.png"]
    assert files[0].read_bytes().startswith(b"\x89PNG")
    assert files[0].stat().st_size > 5000


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_browser_draws_the_page_and_asks_for_nothing_else(
    tmp_path: Path, size: tuple[int, int], scheme: str
) -> None:
    """In a wide window and on a phone, in light and in dark; nothing sticks out to the right."""
    write_page(PAGE, tmp_path / "page.html")

    with opened(tmp_path / "page.html", size, scheme) as window:
        window.wait_until(f"document.documentElement.dataset.drawn === '{scheme}'")

        assert window.evaluate("document.querySelectorAll('.chart .mark-line').length") == 2
        assert window.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True
        assert window.requests() == [(tmp_path / "page.html").as_uri()]
        assert window.complaints() == []


@pytest.mark.browser
def test_the_charts_follow_when_the_colour_scheme_changes(tmp_path: Path) -> None:
    """Labels stay legible."""
    write_page(PAGE, tmp_path / "page.html")
    label = "getComputedStyle(document.querySelector('.role-axis-label text')).fill"

    with opened(tmp_path / "page.html") as window:
        window.wait_until("document.documentElement.dataset.drawn === 'light'")
        light = window.evaluate(label)
        window.prefer("dark")
        window.wait_until("document.documentElement.dataset.drawn === 'dark'")

        assert window.evaluate(label) != light
        assert window.complaints() == []
