"""Where this machine's keys and certificates are kept."""

import os
from pathlib import Path

CERTIFICATE_FILE = "tls-certificate.pem"
"""The certificate of this machine's servers, in the user's folder."""


def user_folder() -> Path:
    """Return the folder that servers and commands of one user share."""
    if chosen := os.environ.get("PERSONALIZER_LAB_FOLDER"):
        return Path(chosen)
    data = os.environ.get("XDG_DATA_HOME")
    return Path(data or Path.home() / ".local" / "share", "personalizer-lab")
