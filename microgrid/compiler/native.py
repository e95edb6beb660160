"""Machine code for a graph: the numbers of its Python program bit for bit, many times faster (the extra `native`).

`PassWriter` writes the passes of the dataflow, and llvmlite compiles them. Nothing is contracted or reassociated, and
functions are those of the C library, which `math` calls. Where an operation fails, machine code changes no gradient,
and the Python program raises the error.
"""

from __future__ import annotations

import ctypes
import sys
from array import array
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from threading import Lock
from typing import Any, TypeVar

from microgrid._util.text import brief
from microgrid.compiler.compile import MAX_OPERANDS, CompiledGraph, n_operands
from microgrid.compiler.dataflow import Dataflow
from microgrid.compiler.instructions import C_FUNCTIONS
from microgrid.compiler.loops import at, function, loop, stop_if, when
from microgrid.compiler.passes import PassWriter
from microgrid.compiler.rows import as_rows, float64, problem_with
from microgrid.engine import Value

T = TypeVar("T")

PYTHON_FUNCTIONS = {
    "PyFloat_FromDouble": "ptr @PyFloat_FromDouble(double)",
    "Py_DecRef": "void @Py_DecRef(ptr)",
    "PyList_GetItem": "ptr @PyList_GetItem(ptr, i64)",
    "PyList_Size": "i64 @PyList_Size(ptr)",
}


class Kernel:
    """The passes of a graph as functions of addresses, see `PassWriter.text`; they return whether one has failed."""

    def __init__(
        self, dataflow: Dataflow, inputs: Sequence[Value], leaves: Sequence[Value], results: Sequence[Value]
    ) -> None:
        writer = PassWriter(dataflow, inputs, leaves, results)
        self.know, self.think, self.predict = compiled(writer.text(), {"know": 4, "think": 5, "predict": 5})
        self.work_size = writer.work_size


class NativeGraph(CompiledGraph):
    """A compiled graph that runs as machine code; its `source` is the Python program of the same bits."""

    backend = "native"

    def __init__(self, output: Value, inputs: Sequence[Value], parameters: Sequence[Value]) -> None:
        super().__init__(output, inputs, parameters)
        terms = chain.from_iterable(self._dataflow.terms.values())
        used = dict.fromkeys(chain.from_iterable(term.operands for term in terms))  # layer by layer, for the loops
        turn = {leaf: i for i, leaf in enumerate(used)}
        self._leaves = (*sorted(parameters, key=lambda leaf: turn.get(leaf, len(turn))), *self._others)
        writer = PassWriter(self._dataflow, inputs, self._leaves, [self._dataflow.output])
        passes, n = writer.text(), len(self._leaves)
        sizes = {"numbers": n, "gradients": n, "sums": n, "work": writer.work_size, "results": 1}
        self._arrays: dict[str, array[Any]] = {name: array("d", bytes(8 * size)) for name, size in sizes.items()}
        self._arrays["objects"] = array("Q", map(id, self._leaves))
        self._rows = array("d")
        self._lock = Lock()  # all threads use the same arrays
        functions = {"step": 2, "forward": 3, "pack": 4}
        self._step, self._forward, self._pack = compiled(passes + bridge() + self._calls(), functions)

    def _calls(self) -> str:
        """Write the functions that read the Values, run passes on the arrays, and write the gradients."""
        value = Value(0.0)
        value.data, value.grad = 1234.5, 5432.1
        data, grad = (_offset(value, _pointer(number)) for number in (value.data, value.grad))
        of = {name: f"ptr inttoptr (i64 {address_of(numbers)} to ptr)" for name, numbers in self._arrays.items()}
        wanted = f"{of['objects']}, i64 {len(self.parameters)}, i64 {grad}, {of['gradients']}"
        read = f"%no_data = call i1 @read({of['objects']}, i64 {len(self._leaves)}, i64 {data}, {of['numbers']})\n"
        read += stop_if("%no_data")
        arguments = f"{of['gradients']}, ptr %rows, i64 %n, {of['results']}, {of['work']}, {of['sums']}"
        step = f"""{read}%no_grad = call i1 @read({wanted})
{stop_if("%no_grad")}%failed = call i1 @learn({of["numbers"]}, {arguments})
{stop_if("%failed")}%written = call i1 @write({wanted})
ret i1 false"""
        forward = (
            f"%failed = call i1 @predict({of['numbers']}, ptr %rows, i64 %n, ptr %to, {of['work']})\nret i1 %failed"
        )
        functions = function("zeroext i1 @step(ptr %rows, i64 %n)", step)
        return functions + function("zeroext i1 @forward(ptr %rows, i64 %n, ptr %to)", read + forward)

    def __call__(self, rows: Any) -> float:
        """Run forward and backward passes for all rows, as `CompiledGraph` does."""
        with self._lock:
            n, place, rows = self._place(rows)
            if n > 0 and not self._step(place, n):
                return float(self._arrays["results"][0])
        return self._in_python(super().__call__, rows)

    def predict(self, rows: Any) -> list[float]:
        """Return the output for every row, as `CompiledGraph` does."""
        with self._lock:
            n, place, rows = self._place(rows)
            results = array("d", bytes(8 * max(0, n)))
            if n >= 0 and not self._forward(place, n, address_of(results)):
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
        place = address_of(self._rows)
        if self._pack(id(rows), n, columns, place):
            rows = as_rows(rows, self.inputs)
            n = -1 if self._pack(id(rows), n, columns, place) else n
        return n, place, rows

    def _in_python(self, program: Callable[[Any], T], rows: Any) -> T:
        """Run the Python program, which raises the error, or computes what machine code does not."""
        if n_operands(self._order) <= MAX_OPERANDS:
            return program(rows)
        for attribute, leaves in (("data", self._leaves), ("grad", self.parameters)):
            for leaf in leaves:
                if (kind := type(getattr(leaf, attribute))) is not float:
                    name = f"{attribute} of {brief(leaf.label) or 'a leaf'}"
                    raise TypeError(f"{name} must be a float with backend='native', got {kind.__name__}")
        if problem := problem_with(as_rows(rows, self.inputs), self.inputs, self._order):
            raise problem
        raise OverflowError(
            "a function gave infinity; backend='native' hands that to Python, for which the graph is too large"
        )


# --- numbers of Python -----------------------------------------------------------------------------------------------


@cache
def bridge() -> str:
    """Write the functions between Python's floats and arrays; they return whether they have met something else.

    - read(objects, n, offset, numbers) copies what n Values hold at this offset.
    - write(objects, n, offset, numbers) changes it: a float that nobody else holds in its place, as CPython does.
    - pack(rows, n, columns, numbers) copies a list of lists.

    Raises:
        ImportError: this Python keeps its floats in another way.
    """
    if not getattr(sys, "_is_gil_enabled", lambda: True)():  # another thread might change a float that is being read
        raise ImportError("backend='native' needs a Python with its global interpreter lock, got one without")
    kind, inside = _offset(1.5, _pointer(float)), _offset(1.5, bytes(ctypes.c_double(1.5)))

    def must_be(name: str, python_type: type) -> str:
        its_type = f"%{name}.at = getelementptr i8, ptr %{name}, i64 {kind}\n%{name}.type = load ptr, ptr %{name}.at\n"
        wrong = f"%no_{name} = icmp ne ptr %{name}.type, inttoptr (i64 {id(python_type)} to ptr)\n"
        return its_type + wrong + stop_if(f"%no_{name}")

    held = """%value.at = getelementptr ptr, ptr %objects, i64 %i
%value = load ptr, ptr %value.at
%slot = getelementptr i8, ptr %value, i64 %offset
%float = load ptr, ptr %slot
"""
    number = f"%number = getelementptr i8, ptr %float, i64 {inside}\n"
    copy = f"""{must_be("float", float)}{number}%copied = load double, ptr %number
%to = getelementptr double, ptr %numbers, i64 """
    renew = """%new = call ptr @PyFloat_FromDouble(double %x)
store ptr %new, ptr %slot
call void @Py_DecRef(ptr %float)"""
    change = f"""{at("x", "%numbers", "%i")}%holders = load i32, ptr %float
%is_own = icmp eq i32 %holders, 1
%is_shared = icmp ne i32 %holders, 1
{when("%is_own", "store double %x, ptr %number")}{when("%is_shared", renew)}"""
    store = "\nstore double %copied, ptr %to"
    item = "%float = call ptr @PyList_GetItem(ptr %row, i64 %j)\n%at = add i64 %start, %j\n"
    row = f"""%row = call ptr @PyList_GetItem(ptr %rows, i64 %i)
{must_be("row", list)}%size = call i64 @PyList_Size(ptr %row)
%misfits = icmp ne i64 %size, %columns
{stop_if("%misfits")}%start = mul i64 %i, %columns
{loop("j", "%columns", f"{item}{copy}%at{store}")}"""
    functions = {
        "read(ptr %objects, i64 %n, i64 %offset, ptr %numbers)": f"{held}{copy}%i{store}",
        "write(ptr %objects, i64 %n, i64 %offset, ptr %numbers)": held + number + change,
        "pack(ptr %rows, i64 %n, i64 %columns, ptr %numbers)": row,
    }
    texts = [
        function(f"zeroext i1 @{name}", loop("i", "%n", turn) + "ret i1 false") for name, turn in functions.items()
    ]
    return "".join([*(f"declare {declaration}\n" for declaration in PYTHON_FUNCTIONS.values()), *texts])


def _pointer(thing: object) -> bytes:
    return id(thing).to_bytes(ctypes.sizeof(ctypes.c_void_p), sys.byteorder)


def _offset(thing: object, content: bytes) -> int:
    """Return where in the memory of a Python object this content is."""
    offset = ctypes.string_at(id(thing), type(thing).__basicsize__).find(content)
    if offset < 0:
        raise ImportError(f"backend='native' needs CPython, got {sys.implementation.name}")
    return offset


# --- compiling -------------------------------------------------------------------------------------------------------


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
    found = {f"c.{name}": getattr(library, name) for name in (*C_FUNCTIONS, "pow")}  # LLVM would compute exp itself
    found |= {name: getattr(ctypes.pythonapi, name) for name in PYTHON_FUNCTIONS}
    for name, address in found.items():
        binding.add_symbol(name, ctypes.cast(address, ctypes.c_void_p).value)
    return binding


def compiled(text: str, functions: dict[str, int]) -> list[Callable[..., bool]]:
    """Compile functions of so many addresses or whole numbers, which return a truth value."""
    binding = llvm()
    module = binding.parse_assembly(text)
    target = binding.Target.from_default_triple()
    features = binding.get_host_cpu_features().flatten()
    machine = target.create_target_machine(cpu=binding.get_host_cpu_name(), features=features, opt=2)
    options = binding.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = True
    builder = binding.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    engine = binding.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    calls: list[Any] = []
    for name, n in functions.items():
        kind = ctypes.PYFUNCTYPE(ctypes.c_bool, *[ctypes.c_void_p] * n)
        calls.append(kind(engine.get_function_address(name)))
        calls[-1].engine = engine  # which must live as long
    return calls


def address_of(numbers: array[Any]) -> int:
    """Return where an array begins; it stays there while it keeps its length."""
    return numbers.buffer_info()[0]
