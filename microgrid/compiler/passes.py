"""Write the passes of a dataflow for LLVM, with the additions of the Python program in their order.

Arrays of float64 hold the numbers: `numbers`, `row` and others those of leaves, `xs` the computed ones that a sum has
as operands, `values` all other computed ones. Gradients stand at the same places of arrays of their own. A relu is on
where its output is not 0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, groupby
from operator import itemgetter

from microgrid.compiler.dataflow import Contribution, Dataflow, Term
from microgrid.compiler.instructions import DECLARATIONS, Code, literal, parsed
from microgrid.compiler.loops import ON, SLOPE, SUMS_AT_ONCE, TO, UP, Item, Place, Step, StepWriter, group, rolled
from microgrid.engine import Constant, Value
from microgrid.graph.operations import OPERATIONS

MAX_ITEMS = 100  # of a function: LLVM takes more time a line for longer ones
ARRAYS = ("numbers", "others", "row", "upstream", "results", "gradients", "shares", "work")
GRADIENTS = {"numbers": "gradients", "row": "shares", "xs": "d_xs", "values": "d_values"}
ROW_FUNCTIONS = {  # the passes that each of them runs for every row, and the arrays that then move on
    "predict": (("know",), ("row", "results")),
    "know": (("know", "slopes"), ("row", "results", "work")),
    "think": (("think",), ("row", "upstream", "work", "shares")),
    "learn": (("know", "slopes", "think", "total"), ("row",)),
}

Guarded = Iterable[tuple[Value | None, Item]]  # items, and the relu that must be on for each


class PassWriter:
    """Writes the functions of one graph.

    Args:
        dataflow: of the graph; its parameters are the leaves whose gradients are wanted.
        leaves: for each array the leaves whose numbers stand there, in this order.
        results: the Values whose numbers a forward pass writes to `results`.

    Attributes:
        work_size: how many numbers `work` has.
    """

    def __init__(self, dataflow: Dataflow, leaves: Mapping[str, Sequence[Value]], results: Sequence[Value]) -> None:
        self._dataflow, self._results = dataflow, [dataflow.same[result] for result in results]
        self._places = {leaf: (array, i) for array, held in leaves.items() for i, leaf in enumerate(held)}
        computed = [node for node in dataflow.order if node.op]
        xs = dict.fromkeys(x for node in computed for x in self._operands(node) if x.op)
        values = [node for node in computed if node not in xs]
        for array, nodes in (("xs", xs), ("values", values)):
            self._places |= {node: (array, i) for i, node in enumerate(nodes)}
        self._slopes = dict[Contribution, Place]()
        self._shapes = dict[Step, Step]()  # each of them once, which makes them quick to compare
        passes = {"know": self._values(), "slopes": self._all_slopes(), "think": self._think()}
        self._passes = {name: rolled([*self._grouped(items)]) for name, items in passes.items()}
        to = "gradients", len(leaves["numbers"])
        self._passes["total"] = [self._step(f"{TO} + x", to, x=self._place(self._results[0]))]
        sizes = {"xs": len(xs), "d_xs": len(xs), "values": len(values), "d_values": len(values)}
        self._work = sizes | {"slopes": len(self._slopes)}
        self.work_size = sum(self._work.values())
        self._distances = {"upstream": 0} | {array: len(held) for array, held in leaves.items()}
        self._distances |= {"shares": len(leaves["row"]), "results": len(results), "work": self.work_size}

    def text(self) -> str:
        """Write functions of the addresses of `ARRAYS` and of n rows; they return whether an operation has failed.

        - predict goes forward.
        - know does, too, and computes the slopes that may not exist; what it leaves in `work` is what think needs.
        - think goes back, and adds to the gradients of leaves: to `gradients`, and to `shares`, those of the row.
        - learn does all, and adds the outputs to the number after the last of `gradients`.
        """
        texts, arrays = [DECLARATIONS], (*ARRAYS[:-1], *self._work)
        head = ", ".join(f"ptr noalias %{array}" for array in arrays)
        for name, items in self._passes.items():
            for part in range(0, len(items), MAX_ITEMS):
                code: Code = StepWriter(items[part : part + MAX_ITEMS])
                texts.append(code.text(f"internal i1 @{name}.{part}({head}) noinline"))
        for name, (passes, moving) in ROW_FUNCTIONS.items():
            code, at = Code(), {array: f"%{array}" for array in ARRAYS}
            with code.loop("%n") as i:
                for array in moving:
                    far = code(f"mul i64 {i}, {self._distances[array]}")
                    at[array] = code(f"getelementptr double, ptr %{array}, i64 {far}")
                end = at["work"]
                for array, size in self._work.items():
                    at[array], end = end, code(f"getelementptr double, ptr {end}, i64 {size}")
                given = ", ".join(f"ptr {at[array]}" for array in arrays)
                for called in passes:
                    for part in range(0, len(self._passes[called]), MAX_ITEMS):
                        code.fail_if(code(f"call i1 @{called}.{part}({given})"))
            texts.append(code.text(f"zeroext i1 @{name}({', '.join(f'ptr %{array}' for array in ARRAYS)}, i64 %n)"))
        return "".join(texts)

    def _operands(self, node: Value) -> tuple[Value, ...]:
        """Return the operands of a sum that are not in `numbers`."""
        if not OPERATIONS[node.op].summed:
            return ()
        operands = chain.from_iterable(term.operands for term in self._dataflow.terms[node])
        return tuple(operand for operand in operands if self._places.get(operand, ("",))[0] != "numbers")

    # --- forward -----------------------------------------------------------------------------------------------------

    def _values(self) -> Guarded:
        """Compute what the results need, and with a sum those of the same operands."""
        terms, needed = self._dataflow.terms, {*self._results}
        for node in reversed(self._dataflow.order):
            if node.op and node in needed:
                needed.update(chain.from_iterable(term.operands for term in terms[node]))
        nodes = [node for node in self._dataflow.order if node.op and node in needed]
        alike: dict[object, list[Value]] = {}
        for node in nodes:
            alike.setdefault((len(terms[node]), self._operands(node) or node), []).append(node)
        parts = (some[i : i + SUMS_AT_ONCE] for some in alike.values() for i in range(0, len(some), SUMS_AT_ONCE))
        first = {part[0]: part for part in parts}
        for node in nodes:
            if node in first:
                items = self._sums(first[node], [("sums", i) for i in range(SUMS_AT_ONCE)])
                if len(items) > MAX_ITEMS:  # they do not fit into one function
                    items = self._sums(first[node], [self._places[some] for some in first[node]])
                    yield from ((None, item) for item in items)
                else:
                    yield None, group(items)
        for i, result in enumerate(self._results):
            yield None, self._step("x", ("results", i), x=self._place(result))

    def _sums(self, nodes: Sequence[Value], to: Sequence[Place]) -> Sequence[Item]:
        """Compute some Values side by side; sums are added up at these places until they are complete."""
        steps = zip(*map(self._value, nodes, to), strict=True)
        return rolled([*self._grouped(chain.from_iterable(steps))])

    def _value(self, node: Value, to: Place) -> Guarded:
        terms, begun = self._dataflow.terms[node], self._dataflow.begun.get(node, 0)
        if not OPERATIONS[node.op].summed:
            yield None, self._term(terms[0].value, self._places[node], terms[0])
            return
        # What begins with its first term begins with -0.0, which changes no number that is added to it.
        yield None, self._step("0.0" if not terms or (begun and terms[0].switch) else "-0.0", to)
        for k, term in enumerate(terms):
            yield term.switch if k < begun else None, self._term(f"{TO} + {term.value}", to, term)
        yield None, self._step("x", self._places[node], x=to)

    def _all_slopes(self) -> Guarded:
        """Compute the slopes that take a division, a power or a function: they may not exist."""
        for share in chain.from_iterable(self._dataflow.contributions_from.values()):
            if any(sign in share.local_derivative for sign in ("/", "**", "(")) and share.user.op != "relu":
                self._slopes[share] = "slopes", len(self._slopes)
                yield None, self._term(share.local_derivative, self._slopes[share], share.term)

    # --- backward ----------------------------------------------------------------------------------------------------

    def _think(self) -> Guarded:
        dataflow = self._dataflow
        if dataflow.output in dataflow.live and not dataflow.output.op:
            yield None, self._step(f"{TO} + 1.0", self._gradient(dataflow.output))
        nodes = [node for node in dataflow.order if node in dataflow.live and node.op]
        for node in nodes:
            shares = dataflow.contributions_to[node]
            begins_with_share = node in dataflow.collected or (
                bool(shares) and (dataflow.is_passed_on(shares[0]) or dataflow.is_first_for_sure(shares[0]))
            )
            begin = "1.0" if node is dataflow.output else "-0.0" if begins_with_share else "0.0"
            yield None, self._step(begin, self._gradient(node))
        for node in reversed(nodes):
            for share in dataflow.contributions_from[node]:
                yield dataflow.guard[node], self._share(share)

    def _share(self, share: Contribution) -> Item:
        slope, operand, switch = share.local_derivative, share.operand, share.switch
        places = {UP: self._gradient(share.user)}
        if share in self._slopes:
            formula, places[SLOPE] = f"{UP} * {SLOPE}", self._slopes[share]
        else:
            is_whole = share.user.op == "relu" or slope == "1"
            formula = UP if is_whole else f"-{UP}" if slope == "-1" else f"{UP} * ({slope})"
        formula = f"{TO} + {formula}"
        if switch and switch is not operand:  # what a relu receives while it is off is not read
            formula, places[ON] = f"where({ON} != 0, {formula}, {TO})", self._places[switch]
        return self._term(formula, self._gradient(operand), share.term, **places)

    # --- steps -------------------------------------------------------------------------------------------------------

    def _grouped(self, items: Guarded) -> Iterator[Item]:
        for relu, guarded in groupby(items, itemgetter(0)):
            some = [item for _, item in guarded]
            if relu:
                yield group(rolled(some), relu=self._places[relu])
            else:
                yield from some

    def _term(self, formula: str, to: Place, term: Term, /, **places: Place) -> Item:
        if reserved := {TO, UP, SLOPE, ON}.intersection(term.names):
            raise ValueError(f"backend='native' needs another name for the operand {reserved.pop()} of {term.node.op}")
        used, operands = _names_in(formula), zip((*term.names, "out"), (*term.operands, term.node), strict=True)
        return self._step(formula, to, **places, **{name: self._place(x) for name, x in operands if name in used})

    def _step(self, formula: str, to: Place, /, **places: Place) -> Item:
        arrays, indices = zip(to, *places.values(), strict=True)
        step = Step(formula, (TO, *places), arrays)
        return self._shapes.setdefault(step, step), indices

    def _place(self, node: Value) -> Place:
        return (literal(node.data), 0) if isinstance(node, Constant) else self._places[node]

    def _gradient(self, node: Value) -> Place:
        array, index = self._places[node]
        return GRADIENTS[array], index


@cache
def _names_in(formula: str) -> set[str]:
    return {node.id for node in ast.walk(parsed(formula)) if isinstance(node, ast.Name)}
