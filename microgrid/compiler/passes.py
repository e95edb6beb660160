"""Write the passes of a dataflow in LLVM's intermediate representation, with the additions of the Python program.

- Numbers stand in arrays of float64: those of leaves in `numbers` or in the `row`, computed ones in `work`; their
  gradients stand at the same places of `gradients`, `shares` and `d`.
- A relu is on where its output is not 0. Sums over the same operands become one loop, see `Shape`.
- A sum that begins with its first term begins with -0.0, which changes no number that is added to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial

from microgrid.compiler.dataflow import Contribution, Dataflow, Term
from microgrid.compiler.instructions import Code, literal
from microgrid.engine import Constant, Value
from microgrid.graph.operations import OPERATIONS

MIN_PRODUCTS = 16  # sums of fewer products are written out
SUMS_AT_ONCE = 8  # sums that a loop adds up side by side, so that none waits for its last addition
SHORT_LOOP = 32  # turns that take less time than a branch that the processor did not expect
MAX_LINES = 1_000  # of a function: LLVM takes more time a line for longer ones
GRADIENTS = {"numbers": "gradients", "row": "shares", "work": "d"}
ARRAYS = ("numbers", "gradients", "row", "shares", "results", "work", "d")

Place = tuple[str, int]  # an array and an index


@dataclass(frozen=True)
class Shape:
    """What sums of products with the same operands must have in common so that one loop can compute them.

    Attributes:
        xs: the array of the common operands, the index of the first, and the distance to the next.
        n_products: how many products a sum has.
        weights: the array of the weights, and the distance of two weights of a sum.
        bias: the array of the biases, or a literal; "" if there are none.
        learns: which have gradients: the weights, the operands, the bias.
        are_relus: whether the operands are relus, whose shares count where they are on.
        skips: whether products of relus that are off are left out.
        is_guarded: whether each sum has a relu without which it has no gradient.
    """

    xs: tuple[str, int, int]
    n_products: int
    weights: tuple[str, int]
    bias: str
    learns: tuple[bool, bool, bool]
    are_relus: bool
    skips: bool
    is_guarded: bool


@dataclass
class Layer:
    """Sums in one loop, and for each where its first weight, its bias, its result and its guard stand."""

    shape: Shape
    sums: list[Value]
    starts: list[tuple[int, ...]]

    @property
    def steps(self) -> tuple[int, ...]:
        """Return how far these places are from those of the next sum."""
        return tuple(b - a for a, b in zip(*self.starts[:2], strict=True)) if len(self.sums) > 1 else (0, 0, 0, 0)

    def takes(self, shape: Shape, start: tuple[int, ...]) -> bool:
        """Tell whether a sum is the next one."""
        regular = tuple(a + b for a, b in zip(self.starts[-1], self.steps, strict=True))
        return shape == self.shape and (len(self.sums) == 1 or start == regular)


class PassWriter:
    """Writes the passes of one graph.

    Args:
        dataflow: of the graph; its parameters are the leaves whose gradients are wanted.
        inputs: the leaves whose numbers stand in a row, in this order.
        leaves: the Values whose numbers stand in `numbers`: all other leaves of the graph, and what else may be there.
        results: the Values whose numbers a forward pass writes to `results`.

    Attributes:
        work_size: how many numbers a forward pass leaves for its backward pass; known when they are written.
    """

    def __init__(
        self, dataflow: Dataflow, inputs: Sequence[Value], leaves: Sequence[Value], results: Sequence[Value]
    ) -> None:
        self._dataflow, self._n_leaves, self._n_columns = dataflow, len(leaves), len(inputs)
        self._results = [dataflow.same[result] for result in results]
        self._places: dict[Value, Place] = {leaf: ("numbers", i) for i, leaf in enumerate(leaves)}
        self._places |= {leaf: ("row", i) for i, leaf in enumerate(inputs)}
        self._slopes: dict[Contribution, Place] = {}
        groups = self._groups()
        together = [node for xs, sums in groups.items() for node in (*xs, *sums)]
        computed = dict.fromkeys(node for node in [*together, *dataflow.order] if node.op)
        self._places |= {node: ("work", i) for i, node in enumerate(computed)}
        self._n_work = len(computed)
        self._layers = {layer.sums[0]: layer for xs, sums in groups.items() for layer in self._layers_of(xs, sums)}
        self._in_layers = {node for layer in self._layers.values() for node in layer.sums}

    @property
    def work_size(self) -> int:
        """Return how many numbers a forward pass leaves: each has a place for its gradient, too."""
        return 2 * self._n_work

    def learning(self) -> str:
        """Write `know`, `think`, and `learn`, which runs both for many rows."""
        know = self._pass("know", ("numbers", "row", "results", "work"), self._know())
        think = self._pass("think", ("numbers", "gradients", "row", "shares", "work"), self._think())
        return know + think + self._learn()

    def predicting(self) -> str:
        """Write `predict`, which goes forward for many rows, without slopes."""
        return self._pass("know", ("numbers", "row", "results", "work"), self._know(slopes=False)) + self._predict()

    # --- which sums are loops ----------------------------------------------------------------------------------------

    def _groups(self) -> dict[tuple[Value, ...], list[Value]]:
        """Group the sums of products by their operands other than the weights."""
        self._parts: dict[Value, tuple[list[Value], Value | None]] = {}  # the weights and the bias of each sum
        groups: dict[tuple[Value, ...], list[Value]] = {}
        for node in self._dataflow.order:
            terms = self._dataflow.terms.get(node, ())
            if not terms or not OPERATIONS[node.op].summed:
                continue
            bias = terms[-1].operands[0] if len(terms[-1].operands) == 1 else None
            pairs = [pair for term in (terms[:-1] if bias else terms) if (pair := self._weight_first(term))]
            xs = tuple(x for _, x in pairs)
            if len(pairs) == len(terms) - bool(bias) > 0 and len({*xs}) == len(xs) and (not bias or bias.is_leaf):
                self._parts[node] = [weight for weight, _ in pairs], bias
                groups.setdefault(xs, []).append(node)
        return groups

    def _weight_first(self, term: Term) -> tuple[Value, ...]:
        """Return the operands of a product, first a leaf that is its weight; nothing if it has none."""
        names = term.names
        if len(names) == 2 and term.value == " * ".join(names) and term.local_derivatives == names[::-1]:
            for name in ("numbers", "row"):
                for weight, x in (term.operands, term.operands[::-1]):
                    if self._places.get(weight, ("",))[0] == name:
                        return weight, x
        return ()

    def _layers_of(self, xs: Sequence[Value], sums: Sequence[Value]) -> list[Layer]:
        layers: list[Layer] = []
        for node in sums:
            if found := self._shape_of(node, xs):
                shape, start = found
                if layers and layers[-1].takes(shape, start):
                    layers[-1].sums.append(node)
                    layers[-1].starts.append(start)
                else:
                    layers.append(Layer(shape, [node], [start]))
        return [
            layer
            for layer in layers
            if len(xs) * len(layer.sums) >= MIN_PRODUCTS and self._come_together({*layer.sums}, xs)
        ]

    def _shape_of(self, node: Value, xs: Sequence[Value]) -> tuple[Shape, tuple[int, ...]] | None:
        """Return what this sum needs of a loop, and its places; None if it has to be written out."""
        dataflow, (weights, bias), guard = self._dataflow, self._parts[node], self._dataflow.guard[node]
        begun, live = dataflow.begun.get(node, 0), dataflow.live
        x_line, line = self._line(xs), self._line(weights)
        leaves = weights if bias is None or isinstance(bias, Constant) else [*weights, bias]
        is_uniform = len({(x.op == "relu", x in live) for x in xs}) == len({weight in live for weight in weights}) == 1
        is_used_once = all(len(dataflow.contributions_to[leaf]) <= 1 for leaf in leaves)
        if not (x_line and line and is_uniform and is_used_once and begun in (0, len(xs))):
            return None
        name, first = ("", 0) if leaves is weights else self._places[leaves[-1]]
        name = literal(bias.data) if isinstance(bias, Constant) else name
        learns = (weights[0] in live, xs[0] in live, bias in live)
        places = (line[1], first, self._places[node][1], self._places[guard][1] if guard else 0)
        relus = xs[0].op == "relu"
        return Shape(x_line, len(xs), (line[0], line[2]), name, learns, relus, begun > 0, guard is not None), places

    def _line(self, nodes: Sequence[Value]) -> tuple[str, int, int] | None:
        """Return the array, the first index and the distance of numbers that stand at regular distances."""
        places = [self._places.get(node, ("", 0)) for node in nodes]
        (name, first), distance = places[0], places[-1][1] - places[0][1]
        step = distance // max(len(places) - 1, 1)
        is_regular = name and all(place == (name, first + i * step) for i, place in enumerate(places))
        return (name, first, step) if is_regular else None

    def _come_together(self, sums: set[Value], xs: Sequence[Value]) -> bool:
        """Tell whether no other share comes between those that an operand receives from these sums."""
        for x in xs:
            turns = [i for i, share in enumerate(self._dataflow.contributions_to.get(x, ())) if share.user in sums]
            if turns and turns[-1] - turns[0] + 1 != len(turns):
                return False
        return True

    # --- Know and Think ----------------------------------------------------------------------------------------------

    def _pass(self, name: str, given: Sequence[str], steps: Iterable[Callable[[Code], None]]) -> str:
        """Write a pass as functions of bounded length, and the function that calls them."""
        codes = [Code()]
        for step in steps:
            if len(codes[-1].lines) > MAX_LINES:
                codes.append(Code())
            step(codes[-1])
        main = Code()
        main.lines.append(f"%d = getelementptr double, ptr %work, i64 {self._n_work}")
        arguments = ", ".join(f"ptr %{array}" if array in (*given, "d") else "ptr null" for array in ARRAYS)
        for i, code in enumerate(codes):
            code.lines.append(f"ret i1 {code('load i1, ptr %bad', is_final=False)}")
            main.fails(main(f"call i1 @{name}.{i}({arguments})", is_final=False))
        failed = main("load i1, ptr %bad", is_final=False)
        main.lines.append(f"ret i64 {main(f'zext i1 {failed} to i64')}")
        parts = [code.function(f"internal i1 @{name}.{i}", ARRAYS) for i, code in enumerate(codes)]
        return "".join([*parts, main.function(f"i64 @{name}", given)])

    def _number(self, code: Code, node: Value) -> str:
        return literal(node.data) if isinstance(node, Constant) else code.load(code.address(*self._places[node]))

    def _formula(self, code: Code, formula: str, term: Term, out: str = "") -> str:
        numbers = {name: self._number(code, node) for name, node in zip(term.names, term.operands, strict=True)}
        return code.formula(formula, numbers | {"out": out})

    def _know(self, slopes: bool = True) -> Iterator[Callable[[Code], None]]:
        for node in self._dataflow.order:
            if node in self._layers:
                yield partial(self._layer_sums, layer=self._layers[node])
            elif node.op and node not in self._in_layers:
                yield partial(self._value, node=node)
            if slopes and node.op:
                yield partial(self._slopes_of, node=node)
        yield self._write_results

    def _write_results(self, code: Code) -> None:
        for i, result in enumerate(self._results):
            code.store(self._number(code, result), code.address("results", i))

    def _value(self, code: Code, node: Value) -> None:
        terms, begun = self._dataflow.terms[node], self._dataflow.begun.get(node, 0)
        is_empty = not terms or (begun > 0 and terms[0].switch is not None)
        number = literal(0.0 if is_empty else -0.0)
        for i, term in enumerate(terms):
            if node.op == "relu":
                x = self._number(code, term.operands[0])
                number = code(f"select i1 {code(f'fcmp ugt double {x}, 0.0')}, double {x}, double 0.0")
                continue
            value = self._formula(code, term.value, term)
            after = code(f"fadd double {number}, {value}") if OPERATIONS[node.op].summed else value
            if i < begun and term.switch:
                on = code.is_on(self._number(code, term.switch))
                after = code(f"select i1 {on}, double {after}, double {number}")
            number = after
        code.keep(number, code.address(*self._places[node]))

    def _slopes_of(self, code: Code, node: Value) -> None:
        """Compute the slopes that take a division, a power or a function: they may not exist."""
        for share in self._dataflow.contributions_from[node]:
            if any(sign in share.local_derivative for sign in ("/", "**", "(")) and node.op != "relu":
                slope = self._formula(code, share.local_derivative, share.term, self._number(code, share.term.node))
                self._slopes[share] = "work", self._n_work
                self._n_work += 1
                code.keep(slope, code.address(*self._slopes[share]))

    def _layer_sums(self, code: Code, layer: Layer) -> None:
        whole, rest = divmod(len(layer.sums), SUMS_AT_ONCE)
        if whole:
            with code.loop(whole) as block:
                self._sums_at_once(code, layer, code(f"mul i64 {block.index}, {SUMS_AT_ONCE}"), SUMS_AT_ONCE)
        if rest:
            self._sums_at_once(code, layer, str(whole * SUMS_AT_ONCE), rest)

    def _sums_at_once(self, code: Code, layer: Layer, first: str, n: int) -> None:
        shape, (weight, bias, result, _), steps = layer.shape, layer.starts[0], layer.steps
        numbers = [code(f"add i64 {first}, {i}") for i in range(n)]
        begin = literal(0.0 if shape.skips else -0.0)
        with code.loop(shape.n_products, *([begin] * n)) as loop:
            x = code.load(code.address(*shape.xs[:2], (loop.index, shape.xs[2])))
            before = code.block
            with code.when(code.is_on(x)) if shape.skips else nullcontext():
                for i, total in zip(numbers, loop.numbers, strict=True):
                    w = code.load(
                        code.address(*shape.weights[:1], weight, (i, steps[0]), (loop.index, shape.weights[1]))
                    )
                    loop.ends.append(code(f"fadd double {total}, {code(f'fmul double {w}, {x}')}"))
                on = code.block
            if shape.skips:
                pairs = zip(loop.ends, loop.numbers, strict=True)
                loop.ends = [code(f"phi double [ {added}, %{on} ], [ {total}, %{before} ]") for added, total in pairs]
        for i, total in zip(numbers, loop.numbers, strict=True):
            if shape.bias:
                is_literal = shape.bias.startswith("0x")
                b = shape.bias if is_literal else code.load(code.address(shape.bias, bias, (i, steps[1])))
                total = code(f"fadd double {total}, {b}")
            code.store(total, code.address("work", result, (i, steps[2])))

    def _think(self) -> Iterator[Callable[[Code], None]]:
        dataflow = self._dataflow
        if dataflow.output in dataflow.live and not dataflow.output.op:
            yield lambda code: code.add("1.0", self._gradient(code, dataflow.output))
        nodes = [node for node in dataflow.order if node in dataflow.live and node.op]
        for node in nodes:
            yield partial(self._begin_gradient, node=node)
        for node in reversed(nodes):
            if node in self._layers:
                yield partial(self._layer_shares, layer=self._layers[node])
            elif node not in self._in_layers:
                yield partial(self._shares, node=node)

    def _gradient(self, code: Code, node: Value) -> str:
        name, index = self._places[node]
        return code.address(GRADIENTS[name], index)

    def _begin_gradient(self, code: Code, node: Value) -> None:
        dataflow, shares = self._dataflow, self._dataflow.contributions_to[node]
        begins_with_share = node in dataflow.collected or (
            bool(shares) and (dataflow.is_passed_on(shares[0]) or dataflow.is_first_for_sure(shares[0]))
        )
        begin = 1.0 if node is dataflow.output else -0.0 if begins_with_share else 0.0
        code.store(literal(begin), self._gradient(code, node))

    def _shares(self, code: Code, node: Value) -> None:
        if node.op == "relu":  # no branch, which the processor could not foresee
            [share] = self._dataflow.contributions_from[node]
            upstream = code.load(self._gradient(code, node), is_final=False)
            code.add(upstream, self._gradient(code, share.operand), code.is_on(self._number(code, node)))
            return
        guard = self._dataflow.guard[node]
        with self._while_on(code, guard):
            upstream = code.load(self._gradient(code, node), is_final=False)
            for share in self._dataflow.contributions_from[node]:
                with self._while_on(code, share.switch):
                    code.add(self._share(code, share, upstream), self._gradient(code, share.operand))

    def _while_on(self, code: Code, relu: Value | None) -> AbstractContextManager[None]:
        return code.when(code.is_on(self._number(code, relu))) if relu else nullcontext()

    def _share(self, code: Code, share: Contribution, upstream: str) -> str:
        slope = share.local_derivative
        if share.user.op == "relu" or slope == "1":
            return upstream
        if slope == "-1":
            return code(f"fneg double {upstream}")
        if share in self._slopes:
            factor = code.load(code.address(*self._slopes[share]))
        else:
            factor = self._formula(
                code, slope, share.term, self._number(code, share.term.node) if "out" in slope else ""
            )
        return code(f"fmul double {upstream}, {factor}")

    def _layer_shares(self, code: Code, layer: Layer) -> None:
        """Write the shares of a layer, the last sum first."""
        shape, (weight, bias, result, guard), steps = layer.shape, layer.starts[0], layer.steps
        to_weights, to_xs, to_bias = shape.learns
        with code.loop(len(layer.sums)) as down:
            i = code(f"sub i64 {len(layer.sums) - 1}, {down.index}")
            is_on = code.is_on(code.load(code.address("work", guard, (i, steps[3])))) if shape.is_guarded else ""
            if_on = is_on if shape.n_products <= SHORT_LOOP else ""
            with code.when(is_on) if is_on and not if_on else nullcontext():
                upstream = code.load(code.address("d", result, (i, steps[2])), is_final=False)
                with code.loop(shape.n_products) as loop:
                    to_x, to_weight = (loop.index, shape.xs[2]), ((i, steps[0]), (loop.index, shape.weights[1]))
                    x = code.load(code.address(*shape.xs[:2], to_x))
                    if to_weights:
                        place = code.address(GRADIENTS[shape.weights[0]], weight, *to_weight)
                        relu_on = code.is_on(x) if shape.are_relus else ""
                        code.add(code(f"fmul double {upstream}, {x}"), place, if_on, relu_on)
                    if to_xs:  # what a relu receives while it is off is not read
                        w = code.load(code.address(shape.weights[0], weight, *to_weight))
                        place = code.address(GRADIENTS[shape.xs[0]], shape.xs[1], to_x)
                        code.add(code(f"fmul double {upstream}, {w}"), place, if_on)
                if to_bias:
                    code.add(upstream, code.address(GRADIENTS[shape.bias], bias, (i, steps[1])), if_on)

    # --- many rows ---------------------------------------------------------------------------------------------------

    def _learn(self) -> str:
        code = Code()
        n = code("ptrtoint ptr %n to i64")
        to = code(f"select i1 {code(f'icmp eq i64 {n}, 1')}, ptr %gradients, ptr %sums")
        with code.loop(self._n_leaves) as leaf:
            code.store("0.0", code.address("sums", 0, (leaf.index, 1)))
        with code.loop(n, "0.0") as turn:
            row = code.address("rows", 0, (turn.index, self._n_columns))
            self._stop_at_failure(code, f"ptr %numbers, ptr {row}, ptr %results, ptr %work", turn.index)
            code(f"call i64 @think(ptr %numbers, ptr {to}, ptr {row}, ptr null, ptr %work)", is_final=False)
            output = code.load("%results", is_final=False)
            turn.ends.append(code(f"fadd double {turn.numbers[0]}, {output}"))
        with code.when(code(f"icmp ne i64 {n}, 1")):
            count = code(f"sitofp i64 {n} to double")
            code.store(code(f"fdiv double {turn.numbers[0]}, {count}"), "%results")
            with code.loop(self._n_leaves) as leaf:
                total = code.load(code.address("sums", 0, (leaf.index, 1)), is_final=False)
                code.add(code(f"fdiv double {total}, {count}"), code.address("gradients", 0, (leaf.index, 1)))
        code.lines.append("ret i64 0")
        return code.function("i64 @learn", ("numbers", "gradients", "rows", "n", "results", "work", "sums"))

    def _predict(self) -> str:
        code = Code()
        with code.loop(code("ptrtoint ptr %n to i64")) as turn:
            row = code.address("rows", 0, (turn.index, self._n_columns))
            results = code.address("results", 0, (turn.index, len(self._results)))
            self._stop_at_failure(code, f"ptr %numbers, ptr {row}, ptr {results}, ptr %work", turn.index)
        code.lines.append("ret i64 0")
        return code.function("i64 @predict", ("numbers", "rows", "n", "results", "work"))

    def _stop_at_failure(self, code: Code, arguments: str, index: str) -> None:
        failed = code(f"call i64 @know({arguments})", is_final=False)
        with code.when(code(f"icmp ne i64 {failed}, 0")):
            code.lines.append(f"ret i64 {code(f'add i64 {index}, 1')}")
