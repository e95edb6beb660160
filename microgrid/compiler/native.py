"""Machine code for a graph: the numbers of its Python program bit for bit, many times faster (the extra `native`).

`PassWriter` writes the passes of the dataflow, and llvmlite compiles them. Nothing is contracted or reassociated, and
functions are those of the C library, which `math` calls. Where an operation fails, machine code changes no gradient,
and the Python program raises the error.
"""

from __future__ import annotations

import ctypes
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from threading import Lock
from typing import Any, TypeVar

from microgrid.compiler.compile import CompiledGraph
from microgrid.compiler.dataflow import Dataflow
from microgrid.compiler.instructions import C_FUNCTIONS, Code
from microgrid.compiler.passes import ARRAYS, PassWriter
from microgrid.compiler.rows import as_rows, float64
from microgrid.engine import Value

T = TypeVar("T")

PYTHON_FUNCTIONS = {
    "PyFloat_FromDouble": "ptr @PyFloat_FromDouble(double)",
    "Py_DecRef": "void @Py_DecRef(ptr)",
    "PyList_GetItem": "ptr @PyList_GetItem(ptr, i64)",
    "PyList_Size": "i64 @PyList_Size(ptr)",
}


class NativePasses:
    """The passes of a graph as machine code."""

    def __init__(self, dataflow: Dataflow, leaves: Mapping[str, Sequence[Value]], results: Sequence[Value]) -> None:
        writer = PassWriter(dataflow, leaves, results)
        names = ("predict", "know", "think")
        calls = compiled(writer.text(), dict.fromkeys(names, len(ARRAYS) + 1))
        self._calls, self.work_size = dict(zip(names, calls, strict=True)), writer.work_size

    def run(self, name: str, n: int, arrays: Mapping[str, array[float]], start: int = 0) -> bool:
        """Run a pass for n rows on arrays; gradients begin at `start`. Return whether an operation has failed."""
        places = {array: address_of(numbers) for array, numbers in arrays.items()}
        places["gradients"] = places.get("gradients", 0) + 8 * start
        return self._calls[name](*map(places.get, ARRAYS), n)


class NativeGraph(CompiledGraph):
    """A compiled graph that runs as machine code; its `source` is the Python program of the same bits."""

    backend = "native"

    def __init__(self, output: Value, inputs: Sequence[Value], parameters: Sequence[Value]) -> None:
        super().__init__(output, inputs, parameters)
        used = (leaf for terms in self._dataflow.terms.values() for term in terms for leaf in term.operands)
        wanted = {*parameters}  # layer by layer, as they are used, so that their distances are regular
        self._leaves = (*dict.fromkeys([*(leaf for leaf in used if leaf in wanted), *parameters]), *self._others)
        writer = PassWriter(self._dataflow, {"numbers": self._leaves, "row": inputs}, [self._dataflow.output])
        n = len(self._leaves) + 1  # the last is the sum of the outputs
        sizes = {"numbers": n, "gradients": n, "totals": n, "work": writer.work_size, "results": 1}
        self._arrays: dict[str, array[Any]] = {name: array("d", bytes(8 * size)) for name, size in sizes.items()}
        self._arrays["objects"] = array("Q", map(id, self._leaves))
        self._result, self._totals, self._rows = self._arrays["results"], self._arrays["totals"], array("d")
        self._lock = Lock()  # all threads use the same arrays
        text = writer.text() + bridge() + self._calls()
        self._step, self._forward = compiled(text, {"step": 3, "forward": 4})

    def _calls(self) -> str:
        """Write the functions that read the Values, run passes on the arrays, and write the gradients."""
        value = Value(0.0)
        value.data, value.grad = 1234.5, 5432.1
        data, grad = (_offset(value, _pointer(number)) for number in (value.data, value.grad))
        of = {name: f"inttoptr (i64 {address_of(numbers)} to ptr)" for name, numbers in self._arrays.items()}
        arguments = f"i64 {len(self._leaves)}, i64 {data}, ptr {of['numbers']}"
        wanted = f"ptr {of['objects']}, i64 {len(self.parameters)}, i64 {grad}, ptr {of['gradients']}"

        def run(code: Code, name: str, **others: str) -> None:
            at = dict.fromkeys(ARRAYS, "null") | of | {"row": "%rows"} | others
            code.fail_if(code(f"call i1 @{name}({', '.join(f'ptr {at[array]}' for array in ARRAYS)}, i64 %n)"))

        step, forward = Code(), Code()
        for code in (step, forward):
            with code.when(code("icmp ne ptr %list, null")):
                code.fail_if(code(f"call i1 @pack(ptr %list, i64 %n, i64 {len(self.inputs)}, ptr %rows)"))
            code.fail_if(code(f"call i1 @read(ptr {of['objects']}, {arguments})"))
        run(forward, "predict", results="%results")
        step.fail_if(step(f"call i1 @read({wanted})"))
        is_one = step("icmp eq i64 %n, 1")  # whose gradients are added at once, as the Python program does
        size = step(f"select i1 {is_one}, i64 0, i64 {8 * len(self._leaves) + 8}")
        step.lines.append(f"call void @llvm.memset.p0.i64(ptr {of['totals']}, i8 0, i64 {size}, i1 false)")
        run(step, "learn", gradients=step(f"select i1 {is_one}, ptr {of['gradients']}, ptr {of['totals']}"))
        count = step("sitofp i64 %n to double")
        with step.loop(step(f"select i1 {is_one}, i64 0, i64 {len(self.parameters)}")) as i:
            to, total = (step(f"getelementptr double, ptr {of[name]}, i64 {i}") for name in ("gradients", "totals"))
            before, mean = step(f"load double, ptr {to}"), step(f"load double, ptr {total}")
            mean = step(f"fdiv double {mean}, {count}")
            step.lines.append(f"store double {step(f'fadd double {before}, {mean}')}, ptr {to}")
        with step.when(step(f"xor i1 {step.failed()}, true")):
            step(f"call i1 @write({wanted})")
        functions = step.text("zeroext i1 @step(ptr %list, ptr %rows, i64 %n)")
        return functions + forward.text("zeroext i1 @forward(ptr %list, ptr %rows, i64 %n, ptr %results)")

    def __call__(self, rows: Any) -> float:
        """Run forward and backward passes for all rows, as `CompiledGraph` does."""
        result, rows = self._run_native(self._learn, rows)
        return super().__call__(rows) if result is None else result

    def predict(self, rows: Any) -> list[float]:
        """Return the output for every row, as `CompiledGraph` does."""
        results, rows = self._run_native(self._outputs, rows)
        return super().predict(rows) if results is None else results

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, {self.backend}>"

    def _learn(self, listed: int | None, place: int, n: int) -> float | None:
        if n == 0 or self._step(listed, place, n):
            return None
        result: float = self._result[0] if n == 1 else self._totals[-1] / n
        return result

    def _outputs(self, listed: int | None, place: int, n: int) -> list[float] | None:
        results = array("d", bytes(8 * n))
        return None if self._forward(listed, place, n, address_of(results)) else results.tolist()

    def _run_native(self, run: Callable[[int | None, int, int], T | None], rows: Any) -> tuple[T | None, Any]:
        """Return what machine code computes from rows, None if Python is to do it; and the rows, to be read again."""
        columns, before = len(self.inputs), None
        view = None if type(rows) is list else float64(rows, columns)
        if view is not None and view.nbytes:
            if view.readonly or not view.c_contiguous:
                view = memoryview(array("d", view.tobytes()))
            with self._lock:
                return run(None, ctypes.addressof(ctypes.c_char.from_buffer(view)), view.nbytes // (8 * columns)), view
        while rows is not before:
            if type(rows) is list:
                with self._lock:
                    if len(rows) * columns > len(self._rows):
                        self._rows = array("d", bytes(8 * len(rows) * columns))
                    result = run(id(rows), address_of(self._rows), len(rows))
                if result is not None:
                    return result, rows
            before, rows = rows, as_rows(rows, self.inputs)
        return None, rows


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

    def held(code: Code, i: str) -> tuple[str, str]:
        value = code(f"load ptr, ptr {code(f'getelementptr ptr, ptr %objects, i64 {i}')}")
        slot = code(f"getelementptr i8, ptr {value}, i64 %offset")
        number = code(f"load ptr, ptr {slot}")
        anything = f"inttoptr (i64 {id(float)} to ptr)"  # that is no float, for an attribute that was deleted
        return slot, code(f"select i1 {code(f'icmp eq ptr {number}, null')}, ptr {anything}, ptr {number}")

    def is_a(code: Code, python_type: type, thing: str) -> str:
        its_type = code(f"load ptr, ptr {code(f'getelementptr i8, ptr {thing}, i64 {kind}')}")
        is_one = code(f"icmp eq ptr {its_type}, inttoptr (i64 {id(python_type)} to ptr)")
        code.fail_if(code(f"xor i1 {is_one}, true"))
        return is_one

    def copy(code: Code, number: str, i: str) -> None:
        with code.when(is_a(code, float, number)):
            copied = code(f"load double, ptr {code(f'getelementptr i8, ptr {number}, i64 {inside}')}")
            code.lines.append(f"store double {copied}, ptr {code.at('numbers', i)}")

    read, write, pack = Code(), Code(), Code()
    with read.loop("%n") as i:
        copy(read, held(read, i)[1], i)
    with write.loop("%n") as i:
        slot, before = held(write, i)
        number = write(f"load double, ptr {write.at('numbers', i)}")
        is_own = write(f"icmp eq i32 {write(f'load i32, ptr {before}')}, 1")
        with write.when(is_own):
            write.lines.append(f"store double {number}, ptr {write(f'getelementptr i8, ptr {before}, i64 {inside}')}")
        with write.when(write(f"xor i1 {is_own}, true")):
            write.lines.append(f"store ptr {write(f'call ptr @PyFloat_FromDouble(double {number})')}, ptr {slot}")
            write.lines.append(f"call void @Py_DecRef(ptr {before})")
    with pack.loop("%n") as i:
        row = pack(f"call ptr @PyList_GetItem(ptr %rows, i64 {i})")
        with pack.when(is_a(pack, list, row)):
            fits = pack(f"icmp eq i64 {pack(f'call i64 @PyList_Size(ptr {row})')}, %columns")
            pack.fail_if(pack(f"xor i1 {fits}, true"))
            with pack.when(fits), pack.loop("%columns") as j:
                number = pack(f"call ptr @PyList_GetItem(ptr {row}, i64 {j})")
                copy(pack, number, pack(f"add i64 {j}, {pack(f'mul i64 {i}, %columns')}"))
    heads = {
        "read(ptr %objects, i64 %n, i64 %offset, ptr %numbers)": read,
        "write(ptr %objects, i64 %n, i64 %offset, ptr %numbers)": write,
        "pack(ptr %rows, i64 %n, i64 %columns, ptr %numbers)": pack,
    }
    texts = [code.text(f"zeroext i1 @{head}") for head, code in heads.items()]
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
    machine = target.create_target_machine(cpu=binding.get_host_cpu_name(), features=features, opt=1)
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
