"""The studio over a long lesson: its memory stays flat, and no frame of training freezes the page.

It runs for some minutes: `pytest -m campaign tests/campaigns/test_studio_memory.py -s` prints what was measured.
"""

from __future__ import annotations

import pytest

from microgrid import Relay
from microgrid.losses import mean_squared_error
from microgrid.nn import MLP
from tests.browser import Opener, Screen

STEPS, CYCLES = 20_000, 100_000
LARGEST_GROWTH_MB = 2.0
MAX_FRAME_MS = 50  # on a machine with nothing else to do; of a busy one, what the page itself has taken is judged
WATCH = """(milliseconds) => new Promise((done) => {
  const costs = [];
  const next = (begin) => {
    if (performance.now() - start > milliseconds) return done(costs);
    const channel = new MessageChannel();  // its message is handled once the work of this frame is done
    channel.port1.onmessage = () => costs.push(performance.now() - begin);
    channel.port2.postMessage(null);
    requestAnimationFrame(next);
  };
  const start = performance.now();
  requestAnimationFrame(next);
})"""


def network(*sizes: int, rows: int = 1) -> Relay:
    model = MLP(sizes[0], list(sizes[1:]), "tanh", seed=1)
    predictions = [model([0.5 * row + 0.25 * i for i in range(sizes[0])]) for row in range(1, rows + 1)]
    return Relay(mean_squared_error(predictions, [0.7] * rows), learning_rate=0.001)


def memory_of(screen: Screen) -> tuple[float, int]:
    """Return the megabytes of JavaScript's objects and the number of nodes of the document, after a collection."""
    session = screen.page.context.new_cdp_session(screen.page)
    session.send("HeapProfiler.enable")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return metrics["JSHeapUsedSize"] / 1e6, int(metrics["Nodes"])


def step(screen: Screen, count: int) -> None:
    screen.page.evaluate(
        "(count) => { for (let i = 0; i < count; i++) microgrid.dispatch({type: 'stepBy', count: 1}); }", count
    )


def train(screen: Screen, count: int) -> None:
    screen.page.evaluate(
        """(count) => {
          microgrid.dispatch({type: 'train', cycles: count});
          while (microgrid.state.training) microgrid.dispatch({type: 'trainOn', cycles: 20});
        }""",
        count,
    )


@pytest.mark.parametrize("work", [step, train])
def test_memory_stays_flat(work: object, opened: Opener) -> None:
    """Over all steps, and over all cycles once as many are kept as there may be; what is kept for undo is bounded."""
    screen = opened(network(2, 3, 1), motion=True)
    screen.tab("train")
    total, run = (STEPS, step) if work is step else (CYCLES, train)
    run(screen, total // 10)
    before, nodes = memory_of(screen)
    measured = [before]
    for _ in range(9):
        run(screen, total // 10)
        measured.append(memory_of(screen)[0])
    sizes = ", ".join(f"{each:.2f}" for each in measured)
    print(f"\n{run.__name__}: {total:,}, MB {sizes}, nodes {nodes} -> {memory_of(screen)[1]}")
    assert max(measured) - before < LARGEST_GROWTH_MB
    assert memory_of(screen)[1] <= nodes + 200
    assert screen.page.evaluate("microgrid.state.cycles.keptCount") <= 500
    assert screen.page.evaluate("microgrid.state.past.length") <= 50


@pytest.mark.parametrize("sizes", [(2, 3, 1), (4, 16, 16, 1)])
def test_no_frame_of_training_takes_longer_than_fifty_milliseconds(sizes: tuple[int, ...], opened: Opener) -> None:
    screen = opened(network(*sizes, rows=3), motion=True)
    screen.tab("train")
    screen("#training-speed").select_option("Infinity")
    session = screen.page.context.new_cdp_session(screen.page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))

    screen.button("Run").click()
    begin = busy()
    costs = sorted(screen.page.evaluate(WATCH, 5000))
    own = (busy() - begin) / len(costs) * 1000
    cycles = screen.page.evaluate("microgrid.state.cycle")
    screen.button("Stop").click()
    median, late = costs[len(costs) // 2], costs[int(len(costs) * 0.99)]
    print(f"\n{sizes}: {cycles:,} cycles in {len(costs)} frames; ms of the processor a frame {own:.1f};")
    print(f"ms of the clock: {median:.1f} (99 %: {late:.1f}, longest {costs[-1]:.1f})")
    assert own < MAX_FRAME_MS / 2
    assert median < MAX_FRAME_MS
