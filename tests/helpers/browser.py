"""A real browser without a window, that tells everything it asked the network for."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
MISSING = BROWSER is None or DRIVER is None
HOW_TO_HAVE_IT = "apt-get install chromium chromium-driver"
DESKTOP, PHONE = (1280, 900), (390, 844)

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class Window:
    """A window of the browser on one page."""

    driver: Chrome

    def evaluate(self, expression: str) -> object:
        """Return the value of a JavaScript expression."""
        result: object = self.driver.execute_script(f"return {expression}")
        return result

    def wait_until(self, expression: str) -> None:
        """Wait until a JavaScript expression holds."""
        WebDriverWait(self.driver, 30).until(lambda _: self.evaluate(expression))

    def complaints(self) -> list[str]:
        """Return what the console was told, since the last call."""
        return self._logged("browser")

    def requests(self) -> list[str]:
        """Return the address of every request that was made, since the last call."""
        events = [json.loads(text)["message"] for text in self._logged("performance")]
        return [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def statuses(self) -> list[tuple[str, int]]:
        """Return address and status of every answer that came, since the last call."""
        events = [json.loads(text)["message"] for text in self._logged("performance")]
        answers = [
            event["params"]["response"]
            for event in events
            if event["method"] == "Network.responseReceived"
        ]
        return [(answer["url"], answer["status"]) for answer in answers]

    def prefer(self, scheme: str) -> None:
        """Prefer a light or a dark colour scheme."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def photograph(self, path: Path) -> None:
        """Write the whole page, as it looks now, as a PNG file."""
        height = self.evaluate("document.documentElement.scrollHeight")
        width = self.evaluate("window.innerWidth")
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        self.driver.save_screenshot(str(path))

    def _logged(self, kind: str) -> list[str]:
        reply = self.driver.execute("getLog", {"type": kind})
        return [entry["message"] for entry in reply["value"]]


@contextmanager
def opened(page: Path, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> Iterator[Window]:
    """Open a file in a browser with a profile of its own, until the block ends."""
    with at(page.as_uri(), size=size, scheme=scheme) as window:
        yield window


@contextmanager
def at(
    address: str, *flags: str, size: tuple[int, int] = DESKTOP, scheme: str = "light"
) -> Iterator[Window]:
    """Open an address in a browser with a profile of its own and more `flags`."""
    options = ChromeOptions()
    options.binary_location = BROWSER or ""
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with TemporaryDirectory() as profile:
        for flag in (*_FLAGS, f"--user-data-dir={profile}", *flags):
            options.add_argument(flag)
        driver = Chrome(options=options, service=Service(DRIVER))
        try:
            driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False},
            )
            window = Window(driver)
            window.prefer(scheme)
            window.requests()  # those of the page a new window opens with
            driver.get(address)
            yield window
        finally:
            driver.quit()
