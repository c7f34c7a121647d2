"""Everything one can choose about the service, read once at the edge into frozen values."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict, Unpack

from mock_service.errors import SettingsInvalid
from mock_service.limits import DEFAULT_LIMITS, Limits
from mock_service.loop.configuration import Configuration, Mode

DEVELOPMENT_KEY = "personalizer-lab-development-key"
"""The key of every loopback server that was not given another; no secret at all."""

SECOND_DEVELOPMENT_KEY = "personalizer-lab-development-key-2"
"""The other key of such a server: clients that rotate keys need two."""

PUBLIC_KEYS = frozenset({DEVELOPMENT_KEY, SECOND_DEVELOPMENT_KEY})
"""Keys that are public: web pages know them, too."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Addresses that only this machine can reach."""
DATA_FOLDER = Path(".personalizer-lab")
"""Where a server keeps everything by default."""

DEFAULT_LOOP = "default"
"""The name of the loop behind the bare endpoint."""


class ConfigurationChanges(TypedDict, total=False):
    """What of a configuration is often chosen when a loop starts; None leaves it as it is."""

    exploration: float | None
    reward_wait_time: timedelta | None
    model_export_frequency: timedelta | None
    reward_aggregation: str | None
    default_reward: float | None


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
    exploration_is_explicit: bool = False
    """Whether the configuration's rate was chosen: it then wins over the policy's own."""
    reward_wait_time_is_explicit: bool = False
    """Whether the configuration's wait was chosen: it is then no longer than it says."""
    policy_seed: int = 0
    """What a policy in Python is made with."""

    @property
    def policy_or_default(self) -> str:
        """The learning policy to start with."""
        return self.policy or self.mode.value

    @property
    def may_wait_longer(self) -> bool:
        """Whether the wait is the default, which may be replaced by a longer one."""
        usual = Configuration().reward_wait_time
        is_usual = self.configuration.reward_wait_time == usual
        return is_usual and not self.reward_wait_time_is_explicit

    def with_changes(
        self,
        *,
        mode: str | None = None,
        policy: str | None = None,
        seed: str | int | None = None,
        **configuration: Unpack[ConfigurationChanges],
    ) -> "LoopSettings":
        """Return these settings with what is not None in place of what they hold.

        Raises:
            SettingsInvalid: there is no such mode, or a value is none that a loop can have.
        """
        if mode is not None and mode not in set(Mode):
            raise SettingsInvalid(f"mode: expected one of {', '.join(Mode)}, got {mode!r}")
        changes: dict[str, Any] = {
            name: value for name, value in configuration.items() if value is not None
        }
        return replace(
            self,
            mode=self.mode if mode is None else Mode(mode),
            policy=self.policy if policy is None else policy,
            seed=self.seed if seed is None else str(seed),
            configuration=replace(self.configuration, **changes),
            exploration_is_explicit=self.exploration_is_explicit or "exploration" in changes,
            reward_wait_time_is_explicit=(
                self.reward_wait_time_is_explicit or "reward_wait_time" in changes
            ),
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """How the server starts."""

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = 0
    """The port to listen on; 0 takes any free one."""
    key: str = DEVELOPMENT_KEY
    """The subscription key clients must send to the default loop."""
    key_is_explicit: bool = False
    """Whether the key was chosen: it then replaces the one that is kept."""
    second_key: str = SECOND_DEVELOPMENT_KEY
    """The key that serves as well, so that clients can be moved from one to the other."""
    manual_clock_from: datetime | None = None
    """Where a clock starts that moves only when told to; None takes the machine's time."""
    data_folder: Path | None = None
    """Where everything is kept over restarts; None keeps it in memory."""
    allow_control: bool = False
    """Whether ``/mock/`` is there although other machines can reach the server."""
    accept_bearer: bool = False
    """Whether any bearer token opens any loop; no token can be checked here."""
    allow_hosts: tuple[str, ...] = ()
    """Names under which clients call, besides those of loopback."""
    allow_origins: tuple[str, ...] = ()
    """Origins whose pages may call, besides those of loopback; ``*`` is every page there is."""
    signer_folder: Path | None = None
    """Where the signer of models is kept; None makes one that is forgotten when the server ends."""
    trusted_signers: tuple[bytes, ...] = ()
    """Certificates (DER) of others whose signed models are imported."""
    limits: Limits = DEFAULT_LIMITS
    """How much one client may ask of the server."""
    loop: LoopSettings = field(default_factory=LoopSettings)
    """The learning loop behind the endpoint, where none is kept yet."""
    extra_loops: tuple[str, ...] = ()
    """Names of further loops, made like the first where none is kept yet."""
    explicit_settings: tuple[str, ...] = ()
    """The settings of the loop that were chosen: a kept loop of another kind is refused."""

    @property
    def has_control(self) -> bool:
        """Whether the control plane is served."""
        return self.allow_control or self.host in LOOPBACK


def check_key(key: str, source: str) -> str:
    """Return a key that clients can send.

    Raises:
        SettingsInvalid: they cannot; `source` is where it came from.
    """
    if not key.isascii() or not key.isprintable() or key != key.strip():
        raise SettingsInvalid(f"{source} should be printable ASCII: it travels in an HTTP header")
    return key
