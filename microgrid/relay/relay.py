"""The relay: one cycle of Know, Think, Change, recorded step by step.

A `Relay` reads a recorded graph and records every step of one cycle, without changing the graph: each value computed,
each share of the gradient passed back along an edge, each update of a parameter. Text, notebook, page and JSON
all read this record, so they cannot disagree.

The shares must be passed back in reverse topological order. The smallest example that shows it:

>>> from microgrid import Value
>>> a = Value(3.0, label="a")
>>> b = a + a
>>> b.label = "b"
>>> c = b + b
>>> c.label = "c"
>>> for step in Relay(c).steps_of("think"):
...     print(step)
Seed(node='n2', gradient=1.0)
Share(node='n2', operand='n1', position=0, upstream=1.0, local_derivative=1.0, share=1.0, before=0.0, after=1.0)
Share(node='n2', operand='n1', position=1, upstream=1.0, local_derivative=1.0, share=1.0, before=1.0, after=2.0)
Share(node='n1', operand='n0', position=0, upstream=2.0, local_derivative=1.0, share=2.0, before=0.0, after=2.0)
Share(node='n1', operand='n0', position=1, upstream=2.0, local_derivative=1.0, share=2.0, before=2.0, after=4.0)

b passes on its gradient 2 only after both of its shares have arrived: dc/da = 4. If it passed on its first share at
once, a would get 1 + 1; if it then passed on its new total as well, a would get 2 + 2 more. Neither 2 nor 6 is right: a
node must wait for all of its shares, and the topological order ensures that.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from microgrid._util.text import brief
from microgrid._util.validation import as_list, number_in_range, positive_whole, quoted
from microgrid.engine import Value
from microgrid.graph.snapshot import Snapshot
from microgrid.relay import json_format, table
from microgrid.relay.records import Change, FirstNonFinite, Know, Outcome, Record, Seed, Share, Step, predict
from microgrid.relay.routes import Routes, largest_routes

if TYPE_CHECKING:
    from microgrid.documents.examples import Heading
    from microgrid.studio.player import Player


class Relay(Record):
    """One cycle of learning as a record of steps; the graph it was read from is not changed.

    Args:
        loss: the end of a graph.
        parameters: the leaves that Change moves; by default all that are neither constants nor inputs. Those that the
            loss does not depend on are ignored.
        learning_rate: η of W ← W − η · ∂L/∂W.

    Attributes:
        nodes: a `Node` for each Value, in topological order.
        steps: a `Know` for each value computed; a `Seed` (the gradient 1 of the output), and a `Share` for each edge
            along which a gradient is passed back (none to constants); a `Change` for each parameter.
        gradients: the gradient of each node by its id, the same as `backward()` gives, bit for bit.
        outcome: the loss after the update, and the predicted one.
        first_non_finite: where a number stopped being finite, or None.
        status: by id, "dead", "off" or "saturated", for activations that pass back little or no gradient.

    Raises:
        TypeError: `loss` or a parameter is not a Value.
        ValueError: a parameter was computed, or is an input or a constant; or a leaf was changed after the graph was
            recorded.

    >>> from microgrid import Input
    >>> w, x = Value(3.0, label="w"), Input(2.0, label="x")
    >>> loss = (w * x - 5) ** 2
    >>> relay = Relay(loss, learning_rate=0.1)
    >>> relay.steps[-1]
    Change(node='n0', before=3.0, gradient=4.0, learning_rate=0.1, after=2.6)
    >>> f"{relay.outcome.before:g} → {relay.outcome.after:.3g}, predicted {relay.outcome.predicted:.3g}"
    '1 → 0.04, predicted -0.6'
    """

    def __init__(self, loss: Value, parameters: Iterable[Value] | None = None, learning_rate: float = 0.1) -> None:
        if not isinstance(loss, Value):
            raise TypeError(f"a Relay needs a Value as its loss, got {type(loss).__name__}")
        snapshot = Snapshot.of(loss)
        chosen = [node.id for node in snapshot.nodes if node.kind == "parameter"]
        if parameters is not None:
            leaves = as_list("parameters", parameters)
            for leaf in leaves:
                if not isinstance(leaf, Value):
                    raise TypeError(f"a parameter must be a Value, got {quoted(leaf)}")
            chosen = list(dict.fromkeys(snapshot.ids[leaf] for leaf in leaves if leaf in snapshot.ids))
        _check_numbers(snapshot)
        self._record(snapshot, chosen, number_in_range("learning_rate", learning_rate))

    def _record(self, graph: Snapshot, parameters: Sequence[str], learning_rate: float) -> None:
        """Record one cycle on `graph`."""
        for node in (graph.by_id[name] for name in parameters):
            if node.op:
                raise ValueError(f"a parameter must be a leaf, got {brief(node.name)}, which was computed")
            if node.kind != "parameter":
                given = node.data if node.kind == "constant" else brief(node.name)
                raise ValueError(f"expected a parameter, got the {node.kind} {given}")
        know = [
            Know(node.id, tuple(operand.data for operand in graph.operands[node.id]), node.data)
            for node in graph.nodes
            if node.op
        ]
        gradients = {node.id: 0.0 for node in graph.nodes}
        think = list(_think(graph, gradients))
        change = [
            Change(name, before, gradients[name], learning_rate, before - learning_rate * gradients[name])
            for name in parameters
            for before in [graph.by_id[name].data]
        ]
        self.snapshot = graph.with_gradients(gradients)
        self.gradients = gradients
        self.parameters = tuple(parameters)
        self.learning_rate = learning_rate
        self.steps = (*know, *think, *change)
        self.outcome = _second_pass(graph, change)
        self.first_non_finite = _find_first_non_finite(self.steps, graph)

    # --- reading it --------------------------------------------------------------------------------------------------

    def id_of(self, value: Value) -> str:
        """Return the id of a Value of the recorded graph.

        Raises:
            ValueError: it is not in that graph, or the relay, read from JSON or a pickle, knows no graph.
        """
        if isinstance(value, Value) and not self.snapshot.ids:
            raise ValueError(
                "this relay was read from JSON or a pickle, and has no Values; expected the id of a node, such as "
                f"{self.nodes[0].id!r}"
            )
        return self.snapshot.id_of(value)

    def paths(self, value: Value | str, limit: int = 10) -> Routes:
        """Return the `limit` paths that contribute most to the gradient of a value.

        Args:
            value: a Value of the graph, or the id of a node.
            limit: the most paths to list.

        Raises:
            ValueError: the value is not in the graph, or the relay, read from JSON or a pickle, has no Values.

        >>> a, b = Value(2.0, label="a"), Value(1.0, label="b")
        >>> routes = Relay((a + b) * (b + 1)).paths(b)
        >>> [route.product for route in routes]
        [3.0, 2.0]
        >>> print(routes)
        b: gradient 5. Paths that contribute: 2
          (a + b)·(b + 1) → b + 1 → b  1 × 3 × 1 = 3
          (a + b)·(b + 1) → a + b → b  1 × 2 × 1 = 2
        """
        target = self.node(self.id_of(value) if isinstance(value, Value) else value)
        return largest_routes(self.snapshot, target, positive_whole("limit", limit))

    def text(self, language: str = "en", fold: str = "auto") -> str:
        """Return the whole cycle as a table of at most 100 columns, ending with the predicted and the actual loss.

        Args:
            language: "en" or "ja".
            fold: "none" writes a line for every step, "neuron" one for each neuron and each of its shares; "auto" is
                "neuron" for a network so large that its picture is folded, else "none".

        Raises:
            ValueError: an unknown language or fold.
        """
        return table.table(self, language, fold)

    def save(
        self,
        path: str | os.PathLike[str],
        animated: bool = False,
        language: str = "en",
        heading: Heading | None = None,
    ) -> None:
        """Write the relay in the format of the suffix: .html (page), .svg (picture), .json, or .txt (table).

        Args:
            path: the file to write.
            animated: whether a .svg shows the steps one after the other, without a script; for small graphs.
            language: "en" or "ja": the language of a table or picture. A page starts in "ja", or by default in the
                language of the browser.
            heading: a `microgrid.documents.Heading`: the title of a page, and what it says of values by their labels;
                and what labels are called in a language. For attention, `microgrid.documents.name_attention` makes one.

        Raises:
            ValueError: an unknown suffix or language, or a graph that is too large for a page or for a moving picture.
            NoRendererError: there is no Graphviz on this machine, which a picture needs.
            OSError: the file cannot be written; a file that was there is unchanged.
        """
        from microgrid.relay_saving import save_relay  # imported here: a relay depends on no view

        save_relay(self, path, animated, language, heading)

    def player(self, language: str = "en", height: int = 640, heading: Heading | None = None) -> Player:
        """Return the page of this relay for a notebook, which shows it in its cell.

        Where there is a Graphviz, a picture stands below it.

        Args:
            language: "en" or "ja", in which it starts.
            height: of the page, in pixels.
            heading: as `save` takes it.

        Raises:
            TypeError, ValueError: a height that is not a positive whole number, an unknown language, or a graph that is
                too large for a page.

        >>> Relay(Value(2.0, "a") * 3).player()
        Player(height=640)
        """
        from microgrid.studio.player import relay_player

        return relay_player(self, language, height, heading)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Show the picture and the table in a notebook."""
        from microgrid.pictures.notebook import relay_mimebundle

        return relay_mimebundle(self)

    def to_json(self) -> str:
        """Return the record as JSON text.

        The schema, version 2: an object with

        - `format` "microgrid relay" and `version` 2;
        - `learning_rate`: a number;
        - `nodes`: in topological order, objects with the attributes of `Node`, except `number`, `grad` and `formula`;
        - `parameters`: the ids of the parameters;
        - `steps`: objects with `phase` and `kind` ("know", "seed", "share", "change") and the attributes of the step;
        - `outcome`: the attributes of `Outcome`.

        Numbers that JSON does not know are the strings "NaN", "Infinity" and "-Infinity". In version 1, which is still
        read, `predicted` of the outcome was called `foretold`.
        """
        return json_format.write(self)

    @classmethod
    def from_json(cls, text: str) -> Relay:
        """Read what `to_json` wrote, on this machine or another; the result equals the relay that wrote it.

        Raises:
            ValueError: the text is no such record; or a number in it does not follow from the leaves, except that
                functions such as exp may be rounded as on another machine, to 1e-13.
        """
        content = json_format.parse(text)
        nodes, parameters, learning_rate = json_format.read(content)
        relay = cls.__new__(cls)
        try:
            rate = number_in_range("learning_rate", learning_rate)
            relay._record(Snapshot(nodes), parameters, rate)
        except ValueError as error:
            raise ValueError(f"not a relay: {error}") from None
        relay.outcome = json_format.read_outcome(content, relay)
        if difference := json_format.find_difference(content, json_format.parse(relay.to_json())):
            raise ValueError(f"not a relay: its steps do not follow from its nodes: {difference}")
        return relay

    def __copy__(self) -> Relay:
        return self  # a record is not changed, so it needs no copy

    def __deepcopy__(self, memo: object) -> Relay:
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Relay) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash((self.parameters, self.learning_rate, len(self.nodes)))

    def __repr__(self) -> str:
        return f"<Relay of {len(self.nodes)} values, {len(self.steps)} steps>"


# --- recording -------------------------------------------------------------------------------------------------------


def _check_numbers(graph: Snapshot) -> None:
    """Check that every value follows from the leaves: none was changed after the graph was recorded."""
    try:
        outdated = graph.find_outdated()
    except (ArithmeticError, ValueError, TypeError) as error:
        raise ValueError(f"a leaf was changed after this graph was recorded ({error}); compute it again") from None
    if outdated:
        node, number = outdated
        raise ValueError(
            f"a leaf was changed after this graph was recorded: {brief(node.name)} is {node.data}, "
            f"and would now be {number}; compute it again"
        )


def _think(graph: Snapshot, gradients: dict[str, float]) -> Iterator[Seed | Share]:
    """Yield the steps of the backward pass, in the order of `microgrid.engine.gradients`, and fill in `gradients`."""
    gradients[graph.output.id] = 1.0
    yield Seed(graph.output.id)
    for node in reversed(graph.nodes):
        upstream = gradients[node.id]
        pairs = zip(graph.operands[node.id], node.local_derivatives, strict=True)
        for position, (operand, local) in enumerate(pairs):
            before = gradients[operand.id]
            share = upstream * local
            after = gradients[operand.id] = before + share
            if operand.kind != "constant":
                yield Share(node.id, operand.id, position, upstream, local, share, before, after)


def _second_pass(graph: Snapshot, changes: Sequence[Change]) -> Outcome:
    """Recompute the loss after the update, and return it beside the loss that the gradients predict."""
    loss = graph.output.data
    predicted = predict(loss, ((each.gradient, each.after - each.before, abs(each.before)) for each in changes))
    values: list[float] = []
    try:
        for value in graph.recompute({change.node: change.after for change in changes}):
            values.append(value)
    except (ArithmeticError, ValueError):
        missing = graph.nodes[len(values)]  # the first that was not computed
        numbers = tuple(values[int(name[1:])] for name in missing.operands)
        return Outcome(loss, predicted, math.nan, (), missing.id, numbers)
    return Outcome(loss, predicted, values[-1], tuple(values))


def _find_first_non_finite(steps: Sequence[Step], graph: Snapshot) -> FirstNonFinite | None:
    for i, step in enumerate(steps):
        if isinstance(step, Know) and not math.isfinite(step.data):
            return FirstNonFinite(i, step.node, graph.by_id[step.node].operands)
        if isinstance(step, Share) and not math.isfinite(step.after):
            return FirstNonFinite(i, step.operand, (step.node,))
    return None
