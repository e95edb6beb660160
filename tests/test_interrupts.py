"""One Ctrl-C at any moment leaves nothing half done.

A tracing function counts the instructions (or the lines) that Python carries out in the modules named in `WHERE`, and
raises KeyboardInterrupt at the one it is told. That is harder than a real Ctrl-C, which Python answers between some
instructions only.
"""

from __future__ import annotations

import contextlib
import gc
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

import pytest

import microgrid
from microgrid import Value
from microgrid.nn import MLP, Neuron
from microgrid.optim import SGD, Adam, Optimizer
from microgrid.training import Cycle, History, TrainingDivergedError, train

HERE = Path(microgrid.__file__).parent
# Not the pause of the collector: Python answers no Ctrl-C between the start of its `finally` and the call that ends it.
EVERYWHERE = [str(path) for path in HERE.rglob("*.py") if path.name != "collector.py"]
LEARNING = (HERE / "training", HERE / "optim.py", HERE / "compiler" / "compile.py")
WHERE = [path for path in EVERYWHERE if any(Path(path).is_relative_to(place) for place in LEARNING)]
ROWS, TARGETS = [[0.5, -0.25], [1.0, 0.75], [-0.5, 0.5]], [1.0, -0.5, 0.25]

Make: TypeAlias = "Callable[[list[Value]], Optimizer]"
OPTIMIZERS: list[Make] = [
    lambda parameters: SGD(parameters, 0.1, momentum=0.5, nesterov=True),
    lambda parameters: Adam(parameters, 0.1),
]


# From Python 3.13 on, a function is traced by instruction only from its second call on.
FINEST = "opcode" if sys.version_info < (3, 13) else "line"


class Interrupt:
    """Raises KeyboardInterrupt once, before the given instruction (or line) of these files; counts them all."""

    def __init__(self, moment: int, event: str = FINEST, files: list[str] = WHERE) -> None:
        self.moment, self.event, self.files = moment, event, files
        self.seen = 0

    def __enter__(self) -> Interrupt:
        self.before = sys.gettrace()
        sys._getframe().f_trace_opcodes = True  # Python 3.12 asks for this before the tracing begins
        sys.settrace(self.enter)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self.before)

    def enter(self, frame: FrameType, *_: object) -> Any:
        if frame.f_code.co_filename not in self.files and not frame.f_code.co_filename.startswith("<learn"):
            return None
        frame.f_trace_opcodes = self.event == "opcode"
        return self.within

    def within(self, _: FrameType, event: str, __: object) -> Any:
        if event == self.event:
            self.seen += 1
            if self.seen == self.moment:
                raise KeyboardInterrupt
        return self.within


# --- one update ------------------------------------------------------------------------------------------------------


def ready_to_change(make: Make) -> Cycle:
    model = Neuron(2, activation="tanh", seed=1)
    cycle = Cycle(model, ROWS, TARGETS, optimizer=make(model.parameters()))
    cycle.know()
    cycle.think()
    cycle.change()  # so that the optimizer has something to remember
    cycle.know()
    cycle.think()
    return cycle


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_update_interrupted_at_any_instruction_is_done_or_not_begun_and_can_be_gone_on_with(make: Make) -> None:
    after = finished(make)
    cycle = ready_to_change(make)
    before, undone = numbers(cycle), 0
    for moment in range(1, 10_000):
        with Interrupt(moment) as interrupt, contextlib.suppress(KeyboardInterrupt):
            cycle.change()
        assert numbers(cycle) in (before, after), f"at {FINEST} {moment}"
        if numbers(cycle) == before:
            undone += 1
            cycle.change()  # Think is not lost
            assert numbers(cycle) == after
        assert cycle.loss is None
        if interrupt.seen < moment:
            break
        cycle = ready_to_change(make)
    assert undone > 10


def finished(make: Make) -> Any:
    cycle = ready_to_change(make)
    cycle.change()
    return numbers(cycle)


def numbers(cycle: Cycle) -> Any:
    memory = {name: item for name, item in vars(cycle.optimizer).items() if name != "parameters"}
    return [parameter.data for parameter in cycle.parameters], memory


# --- a whole training ------------------------------------------------------------------------------------------------


class Training:
    """Two epochs of two updates each; `states` holds the weights and the optimizer's memory after each of them."""

    def __init__(self, make: Make, compiled: bool = True, learning_rate: float | None = None) -> None:
        self.compiled = compiled
        self.model = MLP(2, [2, 1], "tanh", seed=1)
        self.optimizer = make(self.model.parameters())
        if learning_rate:
            self.optimizer.learning_rate = learning_rate
        self.history: History | None = None

    def run(self) -> None:
        keep = {"weights": lambda: self.state()[0]}
        self.history = train(
            self.model,
            ROWS,
            TARGETS,
            optimizer=self.optimizer,
            epochs=2,
            batch_size=2,
            metrics=keep,
            compiled=self.compiled,
        )

    def state(self) -> Any:
        memory = {name: item for name, item in vars(self.optimizer).items() if name != "parameters"}
        return [parameter.data for parameter in self.model.parameters()], memory

    def states(self) -> list[Any]:
        """Run to the end, and return what was there at the start and after each update."""
        seen, step = [self.state()], type(self.optimizer).step

        class Seen(type(self.optimizer)):  # type: ignore[misc]
            def step(optimizer: Optimizer) -> None:
                step(optimizer)
                seen.append(self.state())

        self.optimizer.__class__ = Seen
        with contextlib.suppress(TrainingDivergedError):
            self.run()
        return seen


def check(training: Training, states: list[Any], where: str) -> None:
    """Make sure that a training was stopped between two updates, and its history between two epochs."""
    assert training.state() in states, where
    assert gc.isenabled(), where
    if history := training.history:
        assert len(history.losses) == len(history.metrics["weights"]), where
        assert history.metrics["weights"] == [states[2 * i][0] for i in range(1, len(history.losses) + 1)], where


def check_moments(make: Callable[[], Training], event: str, files: list[str], stride: int = 1) -> int:
    """Interrupt a training at every moment, or at every one in `stride`; return how many there were."""
    states = make().states()
    assert len(states) == 5
    for moment in range(1, 1_000_000, stride):
        training = make()
        with Interrupt(moment, event, files) as interrupt, contextlib.suppress(KeyboardInterrupt):
            training.run()
        check(training, states, f"at {event} {moment}")
        assert training.history is None or training.history.interrupted or interrupt.seen < moment
        if interrupt.seen < moment:
            return interrupt.seen
    raise AssertionError("it never ended")


@pytest.mark.parametrize("stride", [pytest.param(1, marks=pytest.mark.slow), 97])
@pytest.mark.parametrize(("make", "compiled"), list(zip(OPTIMIZERS, (True, False), strict=True)))
def test_training_interrupted_at_a_line_has_the_weights_of_a_finished_update(
    make: Make, compiled: bool, stride: int
) -> None:
    assert check_moments(lambda: Training(make, compiled), "line", WHERE, stride) > 300


@pytest.mark.campaign
@pytest.mark.parametrize("make", OPTIMIZERS, ids=["SGD", "Adam"])
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "recorded"])
def test_training_interrupted_at_any_instruction_has_the_weights_of_a_finished_update(
    make: Make, compiled: bool
) -> None:
    tried = check_moments(lambda: Training(make, compiled), FINEST, EVERYWHERE)
    print(f"interrupted at each of {tried:,} moments ({FINEST})")
    assert tried > 2_000


@pytest.mark.campaign
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no alarm here to send the signal with")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # in the destructor of the progress bar
@pytest.mark.parametrize("make", OPTIMIZERS, ids=["SGD", "Adam"])
def test_training_stopped_by_a_real_signal_has_the_weights_of_a_finished_update(make: Make) -> None:
    states, dice, interrupted = Training(make).states(), random.Random(0), 0
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        start = time.perf_counter()
        Training(make).run()
        usual = time.perf_counter() - start
        for trial in range(20_000):
            training = Training(make)
            with contextlib.suppress(KeyboardInterrupt):
                signal.setitimer(signal.ITIMER_REAL, dice.uniform(1e-6, usual))
                training.run()
                signal.setitimer(signal.ITIMER_REAL, 0)
            interrupted += training.history is None or training.history.interrupted
            check(training, states, f"in trial {trial}")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    print(f"interrupted in {interrupted:,} of 20,000 trainings")
    assert interrupted > 5_000
