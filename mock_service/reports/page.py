"""One page that tells how something went: a single HTML file that opens offline.

Say what is on it in plain values and write it::

    page = Page(
        title="Which exploration rate?",
        verdict=("Ship exploration=0.1: ...",),
        sections=(
            Section("How fast it learns", (Chart("learning", "Value by visit", spec, "..."),)),
            Section("In figures", (Table(("setting", "value"), (("0.1", "0.91"),)),)),
        ),
        command="personalizer-lab compare news ...",
        versions=(("personalizer-lab", "0.1.0"),),
    )
    write_page(page, folder / "report.html")
    write_pictures(page, folder)

A chart is a Vega-Lite specification (Altair's ``chart.to_dict()``) of one view, with no width: the
page gives it the width there is, on a phone too, and colours for light and dark. Texts may hold
anything, since the page escapes them. Nothing on the page is fetched from anywhere, and a content
security policy on it makes the browser see to that.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Thread

import jinja2
import vl_convert

from mock_service.reports.page_script import page_script

_ASSETS = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "assets"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PICTURE_WIDTH = 760
_PICTURE_SCALE = 2
_INK, _QUIET, _RULE = "#1d2733", "#5b6776", "#e3e7ec"
_PICTURE_STYLE = {
    "background": "white",
    "padding": 16,
    "view": {"stroke": None},
    "axis": {
        "labelColor": _QUIET,
        "titleColor": _QUIET,
        "titleFontWeight": "normal",
        "gridColor": _RULE,
        "domainColor": _RULE,
        "tickColor": _RULE,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titlePadding": 10,
    },
    "legend": {
        "labelColor": _INK,
        "labelFontSize": 12,
        "labelLimit": 400,
        "orient": "top",
        "columns": 4,
    },
    "title": {"color": _INK, "fontSize": 15, "anchor": "start", "offset": 14},
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture: its name (of the PNG file, too), title, Vega-Lite specification and caption."""

    name: str
    title: str
    spec: Mapping[str, object]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class PageTable:
    """Rows of texts under column titles; columns are numbers, to the right, but for `words`.

    `marked` holds the indices of the rows to stress.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    words: frozenset[int] = frozenset({0})
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what is to be said under it, and charts and tables in their order.

    Charts that are `narrow` stand side by side where there is room.
    """

    heading: str
    parts: Sequence[Chart | PageTable]
    text: Sequence[str] = ()
    narrow: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A report: what was found in words first, then the sections, then how to have it again.

    ``warnings`` stand right under the verdict: what must be known before it is believed.
    """

    title: str
    verdict: Sequence[str]
    sections: Sequence[Section]
    command: str
    versions: Sequence[tuple[str, str]]
    subtitle: str = ""
    warnings: Sequence[str] = ()

    @property
    def charts(self) -> list[Chart]:
        """Every chart on the page."""
        return [part for s in self.sections for part in s.parts if isinstance(part, Chart)]


def page_html(page: Page) -> str:
    """Return the page as one HTML document that needs nothing else."""
    return _ASSETS.get_template("page.html").render(
        page=page,
        is_chart=lambda part: isinstance(part, Chart),
        bundle=page_script(),
        specs=_script_json({chart.name: chart.spec for chart in page.charts}),
    )


def snippet_html(table: PageTable, sentences: Sequence[str]) -> str:
    """Return sentences and a table as HTML for a notebook's cell."""
    return _ASSETS.get_template("snippet.html").render(part=table, sentences=sentences)


def write_page(page: Page, path: Path) -> None:
    """Write the page as one HTML file."""
    path.write_text(page_html(page), encoding="utf-8")


def write_pictures(page: Page, folder: Path) -> list[Path]:
    """Write each chart as a PNG file of its name, and return the files."""
    return [_write_picture(chart, folder / f"{chart.name}.png") for chart in page.charts]


def warm_up() -> None:
    """Let what draws start up while other things go on, instead of before the first picture."""
    Thread(target=_start_up, name="warm-up", daemon=True).start()


def _start_up() -> None:
    import_module("altair")
    vl_convert.vegalite_to_svg({"mark": "point"})


def _write_picture(chart: Chart, path: Path) -> Path:
    spec = {"width": _PICTURE_WIDTH, "title": chart.title, **chart.spec}
    config = {**_PICTURE_STYLE, **_mapping(chart.spec.get("config"))}
    picture = vl_convert.vegalite_to_png(json.dumps(spec), config=config, scale=_PICTURE_SCALE)
    path.write_bytes(picture)
    return path


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _script_json(value: object) -> str:
    """Return JSON that no text in it can end the script element it stands in."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")
