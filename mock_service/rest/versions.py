"""The versions of the REST API, and where each is found."""

from enum import Enum


class Version(Enum):
    """An API version: four in the path, the newest in the query."""

    V1_0 = "v1.0"
    V1_1_PREVIEW_1 = "v1.1-preview.1"
    V1_1_PREVIEW_2 = "v1.1-preview.2"
    V1_1_PREVIEW_3 = "v1.1-preview.3"
    V2022_09_01_PREVIEW = "2022-09-01-preview"

    @property
    def in_query(self) -> bool:
        """Whether requests name the version as ``api-version`` instead of in the path."""
        return self is Version.V2022_09_01_PREVIEW

    @property
    def prefix(self) -> str:
        """What every path of the version begins with."""
        return "/personalizer" if self.in_query else f"/personalizer/{self.value}"


ALL = tuple(Version)
PREVIEWS = ALL[1:]
"""Those with several slots and learning modes."""
SINCE_PREVIEW_2 = ALL[2:]
SINCE_PREVIEW_3 = ALL[3:]
NEWEST = ALL[4:]
