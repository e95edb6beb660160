"""Machine code for a graph: the numbers of its Python program bit for bit, many times faster (the extra `native`).

`PassWriter` writes the passes of the dataflow, and llvmlite compiles them. Nothing is contracted or reassociated, and
functions are those of the C library, which `math` calls. Where an operation fails, machine code changes no gradient,
and the Python program raises the error.
"""

from __future__ import annotations

import ctypes
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import chain
from threading import Lock
from typing import Any, TypeVar

from microgrid._util.text import brief
from microgrid.compiler.compile import MAX_OPERANDS, CompiledGraph, n_operands
from microgrid.compiler.dataflow import Dataflow
from microgrid.compiler.instructions import BUILTIN, DECLARATIONS, Code
from microgrid.compiler.passes import PassWriter
from microgrid.compiler.rows import as_rows, float64, problem_with
from microgrid.engine import Value

T = TypeVar("T")


class Kernel:
    """The forward and backward passes of a graph as machine code, on arrays of float64 whose addresses it is given.

    Args:
        dataflow, inputs, leaves, results: as for `PassWriter`.

    Attributes:
        work_size: how many numbers `work` holds: what a forward pass leaves for its backward pass.
        know: know(numbers, row, results, work) goes forward. It returns 0, or 1 if an operation has no value or slope.
        think: think(numbers, gradients, row, shares, work) goes back from there: it adds to the gradients of leaves,
            and to the shares, which are the gradients of inputs.
        learn: learn(numbers, gradients, rows, n, results, work, sums) does both for n rows; it adds the mean gradients,
            and the first result is the mean. It returns 0, or the number of the row that failed. `sums` is scratch, as
            long as `gradients`.
        predict: predict(numbers, rows, n, results, work) goes forward without slopes, and returns what `learn` returns.
    """

    def __init__(
        self, dataflow: Dataflow, inputs: Sequence[Value], leaves: Sequence[Value], results: Sequence[Value]
    ) -> None:
        self._writer = PassWriter(dataflow, inputs, leaves, results)
        self.know, self.think, self.learn = compiled(self._writer.learning(), {"know": 4, "think": 5, "learn": 7})
        self.work_size = self._writer.work_size

    @cached_property
    def predict(self) -> Callable[..., int]:
        """Compile the forward pass alone, on first use."""
        return compiled(self._writer.predicting(), {"predict": 5})[0]


# --- numbers of Python -----------------------------------------------------------------------------------------------


class Leaves:
    """The numbers and gradients of leaves in arrays, read from the Values and written back to them by machine code.

    Attributes:
        values: first those whose gradients are wanted, then the others.
        numbers, gradients: a float64 for each; the gradients of the others are not read.
        read_data, read_gradients: fill the arrays from the Values; they return 0, or the number of a Value with none.
        write_gradients: changes the gradients of the Values that are wanted to what stands in the array.
    """

    def __init__(self, wanted: Iterable[Value], others: Iterable[Value] = ()) -> None:
        self._wanted = tuple(wanted)
        self.values = (*self._wanted, *others)
        self.numbers, self.gradients = (array("d", bytes(8 * len(self.values))) for _ in range(2))
        self._objects = array("Q", map(id, self.values))
        bridge, n, objects = _bridge(), len(self._wanted), self._objects.buffer_info()[0]
        self.read_data = partial(bridge.read, objects, len(self.values), bridge.data, address_of(self.numbers))
        self.read_gradients = partial(bridge.read, objects, n, bridge.grad, address_of(self.gradients))
        self.write_gradients = partial(bridge.write, objects, n, bridge.grad, address_of(self.gradients))

    def check(self) -> None:
        """Raise TypeError if a number that is read is not a float."""
        for attribute, values in (("data", self.values), ("grad", self._wanted)):
            for value in values:
                if type(number := getattr(value, attribute)) is not float:
                    name, kind = brief(value.label) or "a leaf", type(number).__name__
                    raise TypeError(f"{attribute} of {name} must be a float with backend='native', got {kind}")


def address_of(numbers: array[float]) -> int:
    """Return where an array begins; it stays there while it keeps its length."""
    return numbers.buffer_info()[0]


@dataclass
class _Bridge:
    """Machine code that reads and writes floats of Python, and where a Value holds its `data` and its `grad`.

    read(objects, n, offset, to) and pack(rows, n, columns, to) return 0, or the number of the first object that holds
    no float there, or of the first row that is no list of as many floats. write(objects, n, offset, numbers) makes new
    floats of the numbers that have changed.
    """

    data: int
    grad: int
    read: Callable[..., int]
    write: Callable[..., int]
    pack: Callable[..., int]


@cache
def _bridge() -> _Bridge:
    if not getattr(sys, "_is_gil_enabled", lambda: True)():  # another thread might change a float that is being read
        raise ImportError("backend='native' needs a Python with its global interpreter lock, got one without")
    value = Value(0.0)
    value.data, value.grad = 1234.5, 5432.1
    data, grad = (_offset(value, _pointer(number)) for number in (value.data, value.grad))
    number, kind = _offset(value.data, bytes(ctypes.c_double(value.data))), _offset(value.data, _pointer(float))

    def inside(code: Code, thing: str, offset: str | int) -> str:
        return code(f"getelementptr i8, ptr {thing}, i64 {offset}")

    def stop_unless(code: Code, thing: str, python_type: type, index: str) -> None:
        its_type = code(f"load ptr, ptr {inside(code, thing, kind)}")
        with code.when(code(f"icmp ne ptr {its_type}, inttoptr (i64 {id(python_type)} to ptr)")):
            code.lines.append(f"ret i64 {code(f'add i64 {index}, 1')}")

    def copy(code: Code, thing: str, name: str, index: str) -> None:
        code.store(code.load(inside(code, thing, number)), code.address(name, 0, (index, 1)))

    def slot_of(code: Code, index: str) -> str:
        value = code(f"load ptr, ptr {code(f'getelementptr ptr, ptr %objects, i64 {index}')}")
        return inside(code, value, code("ptrtoint ptr %offset to i64"))

    read, write, pack = Code(), Code(), Code()
    with read.loop(read("ptrtoint ptr %n to i64")) as turn:
        held = read(f"load ptr, ptr {slot_of(read, turn.index)}")
        stop_unless(read, held, float, turn.index)
        copy(read, held, "to", turn.index)
    with write.loop(write("ptrtoint ptr %n to i64")) as turn:
        slot, new = slot_of(write, turn.index), write.load(write.address("numbers", 0, (turn.index, 1)))
        old = write(f"load ptr, ptr {slot}")
        before, after = (write(f"bitcast double {x} to i64") for x in (write.load(inside(write, old, number)), new))
        with write.when(write(f"icmp ne i64 {before}, {after}")):
            write.lines.append(f"store ptr {write(f'call ptr @PyFloat_FromDouble(double {new})')}, ptr {slot}")
            write.lines.append(f"call void @Py_DecRef(ptr {old})")
    with pack.loop(pack("ptrtoint ptr %n to i64")) as turn:
        row = pack(f"call ptr @PyList_GetItem(ptr %rows, i64 {turn.index})")
        stop_unless(pack, row, list, turn.index)
        columns = pack("ptrtoint ptr %columns to i64")
        with pack.when(pack(f"icmp ne i64 {pack(f'call i64 @PyList_Size(ptr {row})')}, {columns}")):
            pack.lines.append(f"ret i64 {pack(f'add i64 {turn.index}, 1')}")
        start = pack(f"mul i64 {turn.index}, {columns}")
        with pack.loop(columns) as column:
            item = pack(f"call ptr @PyList_GetItem(ptr {row}, i64 {column.index})")
            stop_unless(pack, item, float, turn.index)
            copy(pack, item, "to", pack(f"add i64 {start}, {column.index}"))
    for code in (read, write, pack):
        code.lines.append("ret i64 0")
    text = read.function("i64 @read", ("objects", "n", "offset", "to"))
    text += write.function("i64 @write", ("objects", "n", "offset", "numbers"))
    text += pack.function("i64 @pack", ("rows", "n", "columns", "to"))
    return _Bridge(data, grad, *compiled(text, {"read": 4, "write": 4, "pack": 4}))


def _pointer(thing: object) -> bytes:
    return id(thing).to_bytes(ctypes.sizeof(ctypes.c_void_p), sys.byteorder)


def _offset(thing: object, content: bytes) -> int:
    """Return where in the memory of a Python object this content is."""
    offset = ctypes.string_at(id(thing), type(thing).__basicsize__).find(content)
    if offset < 0:
        raise ImportError(f"backend='native' needs CPython, got {sys.implementation.name}")
    return offset


# --- compiling -------------------------------------------------------------------------------------------------------


class _Method(ctypes.Structure):
    """Python's description of a built-in function: PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


METH_FASTCALL = 0x80


@cache
def llvm() -> Any:
    """Load llvmlite, and tell it where the functions are that machine code calls.

    Raises:
        ImportError: it is not installed.
    """
    try:
        import llvmlite.binding as binding
    except ImportError:
        raise ImportError('backend="native" needs llvmlite: pip install llvmlite') from None
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
    names = [line.split("@")[1].split("(")[0] for line in DECLARATIONS.splitlines() if line.startswith("declare")]
    for name in names:
        if not name.startswith("llvm."):  # LLVM would compute c.exp itself if it were called exp
            function = getattr(library, name[2:]) if name.startswith("c.") else getattr(ctypes.pythonapi, name)
            binding.add_symbol(name, ctypes.cast(function, ctypes.c_void_p).value)
    return binding


def compiled(text: str, functions: dict[str, int]) -> list[Callable[..., int]]:
    """Compile functions of so many addresses or whole numbers to built-in functions of Python."""
    binding = llvm()
    for name, n in functions.items():
        lines = [
            f"%place.{i} = getelementptr ptr, ptr %given, i64 {i}\n%object.{i} = load ptr, ptr %place.{i}\n"
            f"%a.{i} = call ptr @PyLong_AsVoidPtr(ptr %object.{i})"
            for i in range(n)
        ]
        arguments = ", ".join(f"ptr %a.{i}" for i in range(n))
        text += BUILTIN.format(name=name, n=n, lines="\n".join(lines), arguments=arguments)
    module = binding.parse_assembly(DECLARATIONS + text)
    target = binding.Target.from_default_triple()
    features = binding.get_host_cpu_features().flatten()
    machine = target.create_target_machine(cpu=binding.get_host_cpu_name(), features=features, opt=2)
    options = binding.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = True
    builder = binding.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    engine = binding.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    new = ctypes.pythonapi.PyCFunction_NewEx
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]
    found = []
    for name in functions:
        method = _Method(name.encode(), engine.get_function_address(f"builtin.{name}"), METH_FASTCALL, None)
        found.append(new(ctypes.addressof(method), (engine, method), None))  # its self keeps both alive
    return found


class NativeGraph(CompiledGraph):
    """A compiled graph that runs as machine code; its `source` is the Python program of the same bits."""

    backend = "native"

    def __init__(self, output: Value, inputs: Sequence[Value], parameters: Sequence[Value]) -> None:
        super().__init__(output, inputs, parameters)
        terms = chain.from_iterable(self._dataflow.terms.values())
        used = dict.fromkeys(chain.from_iterable(term.operands for term in terms))  # layer by layer, for the loops
        turn = {leaf: i for i, leaf in enumerate(used)}
        wanted = sorted(parameters, key=lambda leaf: turn.get(leaf, len(turn)))
        self._leaves = Leaves(wanted, self._others)
        self._kernel = Kernel(self._dataflow, inputs, self._leaves.values, [self._dataflow.output])
        self._numbers, self._gradients = address_of(self._leaves.numbers), address_of(self._leaves.gradients)
        sizes = 1, self._kernel.work_size, len(self._leaves.values)
        self._buffers = [array("d", bytes(8 * n)) for n in sizes]
        self._result, self._work, self._sums = map(address_of, self._buffers)
        self._rows = array("d")
        self._lock = Lock()  # all threads use the same buffers

    def __call__(self, rows: Any) -> float:
        """Run forward and backward passes for all rows, as `CompiledGraph` does."""
        leaves, learn, numbers, gradients = self._leaves, self._kernel.learn, self._numbers, self._gradients
        with self._lock:
            n, place, rows = self._place(rows)
            failed = n < 1 or leaves.read_data() or leaves.read_gradients()
            if not failed and not learn(numbers, gradients, place, n, self._result, self._work, self._sums):
                leaves.write_gradients()
                return self._buffers[0][0]
        return self._in_python(super().__call__, rows)

    def predict(self, rows: Any) -> list[float]:
        """Return the output for every row, as `CompiledGraph` does."""
        with self._lock:
            n, place, rows = self._place(rows)
            if n >= 0 and self._leaves.read_data() == 0:
                results = array("d", bytes(8 * n))
                if self._kernel.predict(self._numbers, place, n, address_of(results), self._work) == 0:
                    return results.tolist()
        return self._in_python(super().predict, rows)

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, {self.backend}>"

    def _place(self, rows: Any) -> tuple[int, int, Any]:
        """Return how many rows there are, -1 if they cannot be used, the address of their numbers, and the rows."""
        columns = len(self.inputs)
        if type(rows) is not list:
            view = float64(rows, columns)
            if view is not None and view.nbytes:
                if view.readonly or not view.c_contiguous:
                    view = memoryview(array("d", view.tobytes()))
                return view.nbytes // (8 * columns), ctypes.addressof(ctypes.c_char.from_buffer(view)), view
            rows = as_rows(rows, self.inputs)
        n = len(rows)
        if n * columns > len(self._rows):
            self._rows = array("d", bytes(8 * n * columns))
        place, pack = address_of(self._rows), _bridge().pack
        if pack(id(rows), n, columns, place):
            rows = as_rows(rows, self.inputs)
            n = -1 if pack(id(rows), n, columns, place) else n
        return n, place, rows

    def _in_python(self, program: Callable[[Any], T], rows: Any) -> T:
        """Run the Python program, which raises the error, or computes what machine code does not."""
        if n_operands(self._order) <= MAX_OPERANDS:
            return program(rows)
        self._leaves.check()
        problem = problem_with(as_rows(rows, self.inputs), self.inputs, self._order)
        raise problem or ArithmeticError("an operation has no value")
