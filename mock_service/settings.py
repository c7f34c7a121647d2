"""Everything one can choose about the host, read once at the edge into frozen values."""

from dataclasses import dataclass, field

from mock_service.loop.configuration import Configuration, Mode

DEVELOPMENT_KEY = "personalizer-lab-development-key"
"""The key of every loopback server that was not given another; no secret at all."""


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """How one learning loop starts."""

    mode: Mode = Mode.QUICK
    """When the loop learns."""
    policy: str = ""
    """A preset's name or Vowpal Wabbit arguments; empty takes the preset of the mode's name."""
    seed: str = "0"
    """What, together with the event id, decides which action is drawn."""
    configuration: Configuration = field(default_factory=Configuration)
    """Wait time, rewards, exploration and export."""

    @property
    def policy_or_default(self) -> str:
        """The learning policy to start with."""
        return self.policy or self.mode.value


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server starts."""

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = 0
    """The port to listen on; 0 takes any free one."""
    key: str = DEVELOPMENT_KEY
    """The subscription key clients must send."""
    max_body_bytes: int = 2**20
    """The largest request body that is read."""
    loop: LoopSettings = field(default_factory=LoopSettings)
    """The learning loop behind the endpoint."""
