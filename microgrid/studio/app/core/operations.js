// The tables that Python and the app share. Written by Python; after a change there, renew it:
//     python -m microgrid.studio.operations_js

const {exp, log, log1p, sqrt, tanh, sin, cos, abs} = Math;

/** @type {(condition: boolean, x: number, y: number) => number} */
const where = (condition, x, y) => (condition ? x : y);

// In Python 1 to any power is 1, and so is −1 to an infinite one.
/** @type {(a: number, b: number) => number} */
const power = (a, b) => (a === 1 || (a === -1 && abs(b) === Infinity) ? 1 : a ** b);

/**
 * One operation: how it is written, its formula and its local derivatives; Python's `Operation` says what each is.
 * @typedef {object} Operation
 * @property {string} symbol
 * @property {readonly string[]} operands
 * @property {string} shown
 * @property {readonly string[]} slopes
 * @property {boolean} summed
 * @property {string} last
 * @property {string} kink
 * @property {(...operands: number[]) => number} value
 * @property {((...operandsAndResult: number[]) => number)[]} localDerivatives
 */

/** @type {Record<string, Operation>} */
export const OPERATIONS = {
  "+": {
    symbol: "+",
    operands: ["a", "b"],
    shown: "{a} + {b}",
    slopes: ["1", "1"],
    summed: false,
    last: "",
    kink: "",
    value: (a, b) => a + b,
    localDerivatives: [() => 1, () => 1],
  },
  "-": {
    symbol: "−",
    operands: ["a", "b"],
    shown: "{a} − {b}",
    slopes: ["1", "−1"],
    summed: false,
    last: "",
    kink: "",
    value: (a, b) => a - b,
    localDerivatives: [() => 1, () => -1],
  },
  "*": {
    symbol: "×",
    operands: ["a", "b"],
    shown: "{a} × {b}",
    slopes: ["{b}", "{a}"],
    summed: false,
    last: "",
    kink: "",
    value: (a, b) => a * b,
    localDerivatives: [(a, b) => b, (a) => a],
  },
  "/": {
    symbol: "÷",
    operands: ["a", "b"],
    shown: "{a} ÷ {b}",
    slopes: ["1 ÷ {b}", "−{out} ÷ {b}"],
    summed: false,
    last: "",
    kink: "",
    value: (a, b) => a / b,
    localDerivatives: [(a, b) => 1 / b, (a, b, out) => -out / b],
  },
  "**": {
    symbol: "( )ʸ",
    operands: ["a", "b"],
    shown: "{a}^{b}",
    slopes: ["{b} × {a}^({b} − 1)", "{out} × log({a})"],
    summed: false,
    last: "",
    kink: "",
    value: (a, b) => power(a, b),
    localDerivatives: [(a, b) => b * power(a, where(b === 0, 0, b - 1)), (a, b, out) => out * log(where(a > 0, a, 1))],
  },
  "neg": {
    symbol: "−( )",
    operands: ["a"],
    shown: "−{a}",
    slopes: ["−1"],
    summed: false,
    last: "",
    kink: "",
    value: (a) => -a,
    localDerivatives: [() => -1],
  },
  "abs": {
    symbol: "|( )|",
    operands: ["a"],
    shown: "|{a}|",
    slopes: [""],
    summed: false,
    last: "",
    kink: "zero",
    value: (a) => abs(a),
    localDerivatives: [(a) => where(a > 0, 1, where(a < 0, -1, 0))],
  },
  "exp": {
    symbol: "exp",
    operands: ["a"],
    shown: "exp({a})",
    slopes: ["{out}"],
    summed: false,
    last: "",
    kink: "",
    value: (a) => exp(a),
    localDerivatives: [(a, out) => out],
  },
  "log": {
    symbol: "log",
    operands: ["a"],
    shown: "log({a})",
    slopes: ["1 ÷ {a}"],
    summed: false,
    last: "",
    kink: "",
    value: (a) => log(a),
    localDerivatives: [(a) => 1 / a],
  },
  "sqrt": {
    symbol: "√( )",
    operands: ["a"],
    shown: "√{a}",
    slopes: ["0.5 ÷ {out}"],
    summed: false,
    last: "",
    kink: "",
    value: (a) => sqrt(a),
    localDerivatives: [(a, out) => 0.5 / out],
  },
  "tanh": {
    symbol: "tanh",
    operands: ["a"],
    shown: "tanh({a})",
    slopes: ["1 − {out}²"],
    summed: false,
    last: "",
    kink: "",
    value: (a) => tanh(a),
    localDerivatives: [(a, out) => 1 - out * out],
  },
  "sigmoid": {
    symbol: "sigmoid",
    operands: ["a"],
    shown: "sigmoid({a})",
    slopes: ["{out} × (1 − {out})"],
    summed: false,
    last: "",
    kink: "",
    value: (a) => where(a >= 0, 1, exp(-abs(a))) / (1 + exp(-abs(a))),
    localDerivatives: [(a, out) => out * (1 - out)],
  },
  "relu": {
    symbol: "relu",
    operands: ["a"],
    shown: "relu({a})",
    slopes: [""],
    summed: false,
    last: "",
    kink: "zero",
    value: (a) => where(a <= 0, 0, a),
    localDerivatives: [(a) => where(a > 0, 1, 0)],
  },
  "leaky_relu": {
    symbol: "leaky relu",
    operands: ["a", "b"],
    shown: "leaky_relu({a}, {b})",
    slopes: ["", ""],
    summed: false,
    last: "",
    kink: "zero",
    value: (a, b) => where(a > 0, a, b * a),
    localDerivatives: [(a, b) => where(a > 0, 1, b), (a) => where(a > 0, 0, a)],
  },
  "softplus": {
    symbol: "softplus",
    operands: ["a"],
    shown: "softplus({a})",
    slopes: ["sigmoid({a})"],
    summed: false,
    last: "",
    kink: "",
    value: (a) => where(a <= 0, 0, a) + log1p(exp(-abs(a))),
    localDerivatives: [(a) => where(a >= 0, 1, exp(-abs(a))) / (1 + exp(-abs(a)))],
  },
  "sin": {
    symbol: "sin",
    operands: ["a"],
    shown: "sin({a})",
    slopes: ["cos({a})"],
    summed: false,
    last: "",
    kink: "",
    value: (a) => sin(a),
    localDerivatives: [(a) => cos(a)],
  },
  "cos": {
    symbol: "cos",
    operands: ["a"],
    shown: "cos({a})",
    slopes: ["−sin({a})"],
    summed: false,
    last: "",
    kink: "",
    value: (a) => cos(a),
    localDerivatives: [(a) => -sin(a)],
  },
  "maximum": {
    symbol: "max",
    operands: ["a", "b"],
    shown: "max({a}, {b})",
    slopes: ["", ""],
    summed: false,
    last: "",
    kink: "tie",
    value: (a, b) => where(a >= b, a, where(b > a, b, a + b)),
    localDerivatives: [(a, b) => where(a >= b, 1, 0), (a, b) => where(a >= b, 0, 1)],
  },
  "minimum": {
    symbol: "min",
    operands: ["a", "b"],
    shown: "min({a}, {b})",
    slopes: ["", ""],
    summed: false,
    last: "",
    kink: "tie",
    value: (a, b) => where(a <= b, a, where(b < a, b, a + b)),
    localDerivatives: [(a, b) => where(a <= b, 1, 0), (a, b) => where(a <= b, 0, 1)],
  },
  "total": {
    symbol: "Σ",
    operands: ["a"],
    shown: "{a}",
    slopes: ["1"],
    summed: true,
    last: "",
    kink: "",
    value: (a) => a,
    localDerivatives: [() => 1],
  },
  "weighted_sum": {
    symbol: "Σ w·x + b",
    operands: ["w", "x"],
    shown: "{w} × {x}",
    slopes: ["{x}", "{w}"],
    summed: true,
    last: "b",
    kink: "",
    value: (w, x) => w * x,
    localDerivatives: [(w, x) => x, (w) => w],
  },
};

// Operations whose result is not negative, whatever the operand is.
/** @type {readonly string[]} */
export const NON_NEGATIVE = ["abs", "exp", "relu", "sigmoid", "softplus", "sqrt"];

// Operations whose result is not negative where no operand is.
/** @type {readonly string[]} */
export const SIGN_PRESERVING = ["+", "*", "/", "**", "total", "weighted_sum", "minimum", "tanh", "leaky_relu"];

// How tightly a single name binds.
/** @type {number} */
export const ATOM = 4;

// How tightly an operation binds its operands; a function call binds as a single name.
/** @type {Readonly<Record<string, number>>} */
export const RANKS = {"neg": 0, "+": 1, "-": 1, "total": 1, "weighted_sum": 1, "*": 2, "/": 2, "**": 3, "sqrt": 3};

// The rank that an operand needs to be in a formula without brackets, by its position.
/** @type {Readonly<Record<string, readonly number[]>>} */
export const NEEDED_RANKS = {"+": [1, 2], "-": [1, 2], "*": [2, 3], "/": [2, 3], "**": [4, 4], "neg": [3], "sqrt": [4], "total": [2], "weighted_sum": [2, 3]};
