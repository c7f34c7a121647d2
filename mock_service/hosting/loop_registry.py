"""The loops behind one address: by name, each with two keys."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from mock_service.clock import Clock, ManualClock
from mock_service.hosting.hosted_loop import (
    HostedLoop,
    recover_hosted,
    warn_of_losses,
    warn_of_unsaved_exploration,
)
from mock_service.hosting.loop_factory import LoopFactory
from mock_service.hosting.slicing import Changes
from mock_service.loop.learning_loop import LearningLoop
from mock_service.settings import DEFAULT_LOOP, LoopSettings
from mock_service.storage.commit_queue import CommitQueue
from mock_service.storage.discarding import discard_all
from mock_service.storage.loops import add_loop, change_keys, list_loops, remove_loop, save_clock
from mock_service.storage.recovery import recover_loop


class LoopRegistry(Mapping[str, HostedLoop]):
    """All loops of a server by name, in memory and in storage.

    The loop of the bare endpoint is named ``default`` and is always there.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        queue: CommitQueue,
        factory: LoopFactory,
        settings: LoopSettings,
        keys: tuple[str, str],
    ) -> None:
        """Recover the loops that are stored; a new default loop gets `settings` and `keys`.

        Raises:
            DataUnusable: a loop cannot go on from what is stored.
            LearningPolicyInvalid: the policy of `settings` is refused.
        """
        self.clock, self._queue, self._factory = clock, queue, factory
        self.settings = settings
        """How the default loop began."""
        self._changes = Changes()
        self._loops: dict[str, HostedLoop] = {}
        discard_all(queue)
        self.reload()
        warn_of_losses(queue, self.values())
        warn_of_unsaved_exploration(self.values())
        if DEFAULT_LOOP not in self:
            self.create(DEFAULT_LOOP, settings, keys)
        self.save_clock()

    def __getitem__(self, name: str) -> HostedLoop:
        return self._loops[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._loops)

    def __len__(self) -> int:
        return len(self._loops)

    @property
    def default(self) -> HostedLoop:
        """The loop of the bare endpoint."""
        return self._loops[DEFAULT_LOOP]

    def find_number(self, number: int) -> HostedLoop | None:
        """Return the loop that is stored under `number`, if there is one."""
        return next((hosted for hosted in self.values() if hosted.number == number), None)

    def create(self, name: str, settings: LoopSettings, keys: tuple[str, str]) -> HostedLoop:
        """Add a new loop.

        Raises:
            LearningPolicyInvalid: its policy is no preset, is unsafe or is refused.
            StorageFailed: it could not be stored.
        """
        row = add_loop(self._queue, name, self._factory.new_state(settings), keys)
        loop = recover_loop(self._queue, row.number, row.state, self._factory.make_tools)
        self._loops[name] = HostedLoop(name, row.number, loop, keys)
        return self._loops[name]

    def remove(self, name: str) -> None:
        """Remove a loop with all that is stored of it."""
        remove_loop(self._queue, self._loops.pop(name).number)
        self._changes.forget(name)

    def reset(self, settings: LoopSettings, only: str | None = None) -> None:
        """Replace every loop, or `only` one, by a new one of its name and keys.

        `settings` are those of the loop `only`, or of the default loop; others keep their own.

        Raises:
            LearningPolicyInvalid: the policy is refused; nothing has changed then.
        """
        self._factory.check(settings)
        if only is None:
            self.settings = settings
        for hosted in list(self.values()) if only is None else [self[only]]:
            first = settings if hosted.name == (only or DEFAULT_LOOP) else hosted.settings
            self.remove(hosted.name)
            self.create(hosted.name, first, hosted.keys)
        self.save_clock()

    def reload(self) -> None:
        """Read every loop back from storage.

        Raises:
            DataUnusable: a loop cannot go on from what is stored.
        """
        rows = list_loops(self._queue).values()
        make_tools = self._factory.make_tools
        self._loops = {row.name: recover_hosted(self._queue, row, make_tools) for row in rows}

    def replace(self, name: str, number: int, loop: LearningLoop) -> None:
        """Let another loop, stored under `number`, have a loop's name and keys."""
        self._loops[name] = replace(self._loops[name], number=number, loop=loop)

    def change_keys(self, name: str, keys: tuple[str, str]) -> None:
        """Give a loop other keys."""
        change_keys(self._queue, self._loops[name].number, keys)
        self._loops[name] = replace(self._loops[name], keys=keys)

    async def change(
        self,
        name: str,
        find: Callable[[], LearningLoop],
        change: Callable[[LearningLoop], Iterator[None]],
    ) -> None:
        """Change the settings of a loop in slices; see `Changes.apply` for what it raises."""
        await self._changes.apply(name, find, change)

    def save_clock(self) -> None:
        """Store what a manual clock shows; the machine's clock needs no storing."""
        if isinstance(self.clock, ManualClock):
            save_clock(self._queue, self.clock.now())
