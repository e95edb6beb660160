"""Write the passes of a dataflow as LLVM's instructions, with the additions of the Python program in their order.

Numbers stand in arrays of float64: those of leaves in `numbers` or in the `row`, computed ones in `work`; their
gradients stand at the same places of `gradients`, `shares` and `d`. A relu is on where its output is not 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from microgrid.compiler.dataflow import Contribution, Dataflow, Term
from microgrid.compiler.instructions import DECLARATIONS, Code, Place, literal
from microgrid.compiler.loops import Line, Products, add, at, function, loop, stop_if
from microgrid.engine import Constant, Value
from microgrid.graph.operations import OPERATIONS

MIN_PRODUCTS = 16  # a sum of fewer products is written out
SUMS_AT_ONCE = 8  # sums that a loop adds up side by side, so that none waits for its last addition
MAX_LINES = 1_000  # of a function, about: LLVM takes more time a line for longer ones
GRADIENTS = {"numbers": "gradients", "row": "shares", "work": "d"}
ARRAYS = ("numbers", "gradients", "row", "shares", "results", "work", "d")
FORWARD, BACKWARD = ("numbers", "row", "results", "work"), ("numbers", "gradients", "row", "shares", "work")


class PassWriter:
    """Writes the functions of one graph.

    Args:
        dataflow: of the graph; its parameters are the leaves whose gradients are wanted.
        inputs: the leaves whose numbers stand in a row, in this order.
        leaves: the Values whose numbers stand in `numbers`: all other leaves of the graph, and what else may be there.
        results: the Values whose numbers a forward pass writes to `results`.

    Attributes:
        work_size: how many numbers a forward pass leaves for its backward pass; known when `text` was written.
    """

    def __init__(
        self, dataflow: Dataflow, inputs: Sequence[Value], leaves: Sequence[Value], results: Sequence[Value]
    ) -> None:
        self._dataflow, self._n_leaves, self._n_columns = dataflow, len(leaves), len(inputs)
        self._results = [dataflow.same[result] for result in results]
        self._places: dict[Value, Place] = {leaf: ("numbers", i) for i, leaf in enumerate(leaves)}
        self._places |= {leaf: ("row", i) for i, leaf in enumerate(inputs)}
        sums = [node for node in dataflow.order if node.op and OPERATIONS[node.op].summed]
        pairs = {node: [*map(self._weight_first, dataflow.terms[node])] for node in sums}
        xs = [pair[1] for found in pairs.values() for pair in found if pair]
        computed = dict.fromkeys(node for node in [*xs, *dataflow.order] if node.op)  # operands side by side, for loops
        self._places |= {node: ("work", i) for i, node in enumerate(computed)}
        self._n_work, self._slopes = len(computed), dict[Contribution, Place]()
        self._products = {node: found for node in sums if (found := self._products_of(node, pairs[node]))}
        self._loops: dict[str, str] = {}  # the name of each loop, by its text

    @property
    def work_size(self) -> int:
        """Return how many numbers a forward pass leaves: each has a place for its gradient, too."""
        return 2 * self._n_work

    def text(self) -> str:
        """Write the functions of the graph; those that go forward return whether an operation has failed.

        - know(numbers, row, results, work) goes forward; it fails, too, where a slope does not exist.
        - think(numbers, gradients, row, shares, work) goes back from there: it adds to the gradients of leaves, and to
          the shares, which are the gradients of inputs.
        - predict(numbers, rows, n, results, work) goes forward for n rows, without slopes.
        - learn(numbers, gradients, rows, n, results, work, sums) does all for n rows: it adds the mean gradients, and
          the first result is the mean. `sums` is scratch, as long as `gradients`.
        """
        passes = self._pass("values", FORWARD, self._values()) + self._pass("slopes", FORWARD, self._all_slopes())
        passes += self._pass("think", BACKWARD, self._think())
        given = ", ".join(f"ptr %{array}" for array in FORWARD)
        calls = f"%no_value = call i1 @values({given})\n%no_slope = call i1 @slopes({given})\n"
        know = function(f"zeroext i1 @know({given})", calls + "%failed = or i1 %no_value, %no_slope\nret i1 %failed")
        loops = (text.replace("@loop", f"@{name}", 1) for text, name in self._loops.items())
        return "".join([DECLARATIONS, *loops, passes, know, self._predict(), self._learn()])

    def _predict(self) -> str:
        turn = f"%to = mul i64 %i, {len(self._results)}\n%result = getelementptr double, ptr %results, i64 %to\n"
        turn += self._forward("values", "%result")
        head = "zeroext i1 @predict(ptr %numbers, ptr %rows, i64 %n, ptr %results, ptr %work)"
        return function(head, loop("i", "%n", turn) + "ret i1 false")

    def _learn(self) -> str:
        turn = self._forward("know", "%results")
        turn += "call i1 @think(ptr %numbers, ptr %to, ptr %row, ptr null, ptr %work)\n" + at("output", "%results", 0)
        mean = at("sum", "%sums", "%k") + "%share = fdiv double %sum, %count\n" + add("g", "%gradients", "%k", "%share")
        body = f"""%total = alloca double
store double 0.0, ptr %total
call void @llvm.memset.p0.i64(ptr %sums, i8 0, i64 {8 * self._n_leaves}, i1 false)
%is_one = icmp eq i64 %n, 1
%to = select i1 %is_one, ptr %gradients, ptr %sums
{loop("i", "%n", turn + add("losses", "%total", 0, "%output"))}
%count = sitofp i64 %n to double
%all = load double, ptr %total
%mean = fdiv double %all, %count
%last = load double, ptr %results
%loss = select i1 %is_one, double %last, double %mean
store double %loss, ptr %results
%n_means = select i1 %is_one, i64 0, i64 {self._n_leaves}
{loop("k", "%n_means", mean)}ret i1 false"""
        arguments = "ptr %numbers, ptr %gradients, ptr %rows, i64 %n, ptr %results, ptr %work, ptr %sums"
        return function(f"zeroext i1 @learn({arguments})", body)

    def _forward(self, name: str, results: str) -> str:
        """Call a forward pass for row `%i`."""
        row = f"%at = mul i64 %i, {self._n_columns}\n%row = getelementptr double, ptr %rows, i64 %at\n"
        call = f"%failed = call i1 @{name}(ptr %numbers, ptr %row, ptr {results}, ptr %work)\n"
        return row + call + stop_if("%failed")

    def _pass(self, name: str, given: Sequence[str], steps: Iterable[Callable[[Code], None]]) -> str:
        """Write a pass as functions of bounded length, and the function that calls them."""
        codes = [Code()]
        for step in steps:
            if len(codes[-1].lines) > MAX_LINES:
                codes.append(Code())
            step(codes[-1])
        main, functions = Code(), ""
        main.lines.append(f"%d = getelementptr double, ptr %work, i64 {self._n_work}")
        all_arrays = ", ".join(f"ptr noalias %{array}" for array in ARRAYS)
        passed = ", ".join(f"ptr %{array}" if array in (*given, "d") else "ptr null" for array in ARRAYS)
        for i, code in enumerate(codes):
            body = code.finished()  # LLVM needs seconds to optimize long straight-line code, which hardly gets faster
            plain = " optnone" if len(code.lines) > MAX_LINES else ""
            functions += function(f"internal i1 @{name}.{i}({all_arrays}) noinline{plain}", body)
            main.failures.append(main(f"call i1 @{name}.{i}({passed})"))
        arguments = ", ".join(f"ptr noalias %{array}" for array in given)
        return functions + function(f"zeroext i1 @{name}({arguments})", main.finished())

    def _products_of(self, node: Value, pairs: Sequence[tuple[Value, ...]]) -> Products | None:
        """Return the products of a sum if a loop can add them up, and hand on their shares."""
        found = pairs if all(pairs[-1:]) else pairs[:-1]  # without a bias
        n, live, begun = len(found), self._dataflow.live, self._dataflow.begun.get(node, 0)
        if n < MIN_PRODUCTS or not all(found) or len({*chain(*found)}) < 2 * n or begun not in (0, n):
            return None
        kinds = {(weight in live, x in live, x.op == "relu") for weight, x in found}
        weights, xs = (self._line(nodes) for nodes in zip(*found, strict=True))
        if len(kinds) > 1 or not weights or not xs:
            return None
        return Products(n, weights, xs, *kinds.pop(), begun > 0)

    def _weight_first(self, term: Term) -> tuple[Value, ...]:
        """Return the operands of a product, first a leaf that is its weight; nothing if it has none."""
        names = term.names
        if len(names) == 2 and term.value == " * ".join(names) and term.local_derivatives == names[::-1]:
            for name in ("numbers", "row"):
                for weight, x in (term.operands, term.operands[::-1]):
                    if self._places.get(weight, ("",))[0] == name:
                        return weight, x
        return ()

    def _line(self, nodes: Sequence[Value]) -> Line | None:
        """Return where numbers stand if it is at regular distances."""
        places = [self._places.get(node, ("", 0)) for node in nodes]
        (array, first), step = places[0], places[1][1] - places[0][1] if len(places) > 1 else 0
        is_regular = array and all(place == (array, first + i * step) for i, place in enumerate(places))
        return (array, first, step) if is_regular else None

    def _loop(self, text: str) -> str:
        """Return the name of a loop, which is written once."""
        return self._loops.setdefault(text, f"loop.{len(self._loops)}")

    # --- forward -----------------------------------------------------------------------------------------------------

    def _values(self) -> Iterator[Callable[[Code], None]]:
        blocks = {nodes[0]: nodes for nodes in self._blocks()}
        for node in self._dataflow.order:
            if node in blocks:
                yield partial(self._sums, nodes=blocks[node])
            if node.op:
                yield partial(self._value, node=node)
        yield self._write_results

    def _blocks(self) -> Iterator[list[Value]]:
        """Group the sums that one loop adds up: those of the same operands, whose results are at regular distances."""
        groups: dict[Products, list[list[Value]]] = {}
        for node, products in self._products.items():
            array, _, step = products.weights
            blocks = groups.setdefault(replace(products, weights=(array, 0, step)), [[]])
            if len(blocks[-1]) == SUMS_AT_ONCE or not self._line([*blocks[-1], node]):
                blocks.append([])
            blocks[-1].append(node)
        return chain.from_iterable(groups.values())

    def _sums(self, code: Code, nodes: Sequence[Value]) -> None:
        """Call the loop that adds up the products of these sums."""
        code.flush()
        products, (to, first) = self._products[nodes[0]], self._places[nodes[0]]
        step = (self._places[nodes[-1]][1] - first) // max(1, len(nodes) - 1)
        name = self._loop(
            products.sums([self._products[node].weights[1] - products.weights[1] for node in nodes], step)
        )
        places = [products.weights[:2], products.xs[:2], (to, first)]
        code.lines.append(f"call void @{name}({', '.join(f'ptr {code.address(*place)}' for place in places)})")

    def _write_results(self, code: Code) -> None:
        for i, result in enumerate(self._results):
            code.set(("results", i), self._number(code, result))

    def _number(self, code: Code, node: Value) -> str:
        return literal(node.data) if isinstance(node, Constant) else code.load(self._places[node])

    def _formula(self, code: Code, formula: str, term: Term) -> str:
        numbers = {name: self._number(code, node) for name, node in zip(term.names, term.operands, strict=True)}
        if "out" in formula:
            numbers["out"] = self._number(code, term.node)
        return code.formula(formula, numbers)

    def _value(self, code: Code, node: Value) -> None:
        terms, begun = self._dataflow.terms[node], self._dataflow.begun.get(node, 0)
        if node.op == "relu":
            x = self._number(code, terms[0].operands[0])
            number = code(f"select i1 {code(f'fcmp ugt double {x}, 0.0')}, double {x}, double 0.0")
            terms = ()
        elif products := self._products.get(node):
            number, terms, begun = self._number(code, node), terms[products.n :], 0
        else:  # a sum that begins with its first term begins with -0.0, which changes no number that is added to it
            number = literal(0.0 if not terms or (begun and terms[0].switch) else -0.0)
        for i, term in enumerate(terms):
            value = self._formula(code, term.value, term)
            after = code(f"fadd double {number}, {value}") if OPERATIONS[node.op].summed else value
            if i < begun and term.switch:
                after = code(f"select i1 {self._is_on(code, term.switch)}, double {after}, double {number}")
            number = after
        code.set(self._places[node], number)

    def _is_on(self, code: Code, relu: Value) -> str:
        return code(f"fcmp une double {self._number(code, relu)}, 0.0")  # a NaN has passed through it

    def _all_slopes(self) -> Iterator[Callable[[Code], None]]:
        """Compute the slopes that take a division, a power or a function: they may not exist."""
        for share in chain.from_iterable(self._dataflow.contributions_from.values()):
            if any(sign in share.local_derivative for sign in ("/", "**", "(")) and share.user.op != "relu":
                self._slopes[share] = "work", self._n_work
                self._n_work += 1
                yield partial(self._slope, share=share)

    def _slope(self, code: Code, share: Contribution) -> None:
        code.set(self._slopes[share], self._formula(code, share.local_derivative, share.term))

    # --- backward ----------------------------------------------------------------------------------------------------

    def _think(self) -> Iterator[Callable[[Code], None]]:
        dataflow = self._dataflow
        if dataflow.output in dataflow.live and not dataflow.output.op:
            yield lambda code: code.add(self._gradient(dataflow.output), literal(1.0), [])
        nodes = [node for node in dataflow.order if node in dataflow.live and node.op]
        for node in nodes:
            yield partial(self._begin_gradient, node=node)
        for node in reversed(nodes):
            yield partial(self._shares, node=node)

    def _gradient(self, node: Value) -> Place:
        name, index = self._places[node]
        return GRADIENTS[name], index

    def _begin_gradient(self, code: Code, node: Value) -> None:
        dataflow, shares = self._dataflow, self._dataflow.contributions_to[node]
        begins_with_share = node in dataflow.collected or (
            bool(shares) and (dataflow.is_passed_on(shares[0]) or dataflow.is_first_for_sure(shares[0]))
        )
        begin = 1.0 if node is dataflow.output else -0.0 if begins_with_share else 0.0
        code.set(self._gradient(node), literal(begin))

    def _shares(self, code: Code, node: Value) -> None:
        guard, products = self._dataflow.guard[node], self._products.get(node)
        is_on = [self._is_on(code, guard)] if guard else []
        in_loop = {*self._dataflow.terms[node][: products.n]} if products else set()
        for share in self._dataflow.contributions_from[node]:
            upstream = code.load(self._gradient(node))
            if products and share.term in in_loop:
                self._shares_of(code, products, upstream, is_on[0] if is_on else "true")
                products = None
            elif share.term not in in_loop:
                on = [self._is_on(code, share.switch)] if share.switch and node.op != "relu" else []
                code.add(self._gradient(share.operand), self._share(code, share, upstream), [*is_on, *on])

    def _shares_of(self, code: Code, products: Products, upstream: str, is_on: str) -> None:
        """Call the loop that adds the shares of these products."""
        code.flush()
        lines = (products.weights, products.xs)
        addresses = [f"ptr {code.address(name, i)}" for array, i, _ in lines for name in (array, GRADIENTS[array])]
        arguments = ", ".join([*addresses, f"double {upstream}", f"i1 {is_on}"])
        code.lines.append(f"call void @{self._loop(products.shares())}({arguments})")

    def _share(self, code: Code, share: Contribution, upstream: str) -> str:
        slope = share.local_derivative
        if share.user.op == "relu" or slope == "1":
            return upstream
        if slope == "-1":
            return code(f"fneg double {upstream}")
        factor = code.load(self._slopes[share]) if share in self._slopes else self._formula(code, slope, share.term)
        return code(f"fmul double {upstream}, {factor}")
