// The tables of the language of documents, which Python's reader and the app's share. Written by Python, from
// microgrid/documents/notation.py, which says what each is; after a change there, renew it:
//     python -m microgrid.studio.notation_js

export const NOTATION = {
  /** @type {number} */
  MAX_CHARACTERS: 20000,
  /** @type {number} */
  MAX_DEPTH: 200,
  /** @type {number} */
  MAX_NODES: 2000,
  /** @type {readonly string[]} */
  GIVEN_NAMES: ["x", "t", "input", "output", "target", "label", "入力", "出力", "正解", "目標", "教師", "教師データ", "教師信号", "ラベル"],
  /** @type {Readonly<Record<string, string>>} */
  GIVEN_UNLESS: {"y": "t"},
  /** @type {Readonly<Record<string, readonly number[]>>} */
  KNOWN_FUNCTIONS: {"exp": [1], "log": [1], "sqrt": [1], "tanh": [1], "sigmoid": [1], "relu": [1], "leaky_relu": [1, 2], "softplus": [1], "sin": [1], "cos": [1], "abs": [1], "maximum": [2], "minimum": [2], "max": [2], "min": [2]},
  /** @type {Readonly<Record<string, string>>} */
  ALIASES: {"max": "maximum", "min": "minimum"},
  /** @type {Readonly<Record<string, string>>} */
  LIST_FUNCTIONS: {"total": "total([a, b])", "weighted_sum": "weighted_sum([w1, w2], [x1, x2], b)", "sum": "sum([a, b])"},
  /** @type {Readonly<Record<string, string>>} */
  LEAF_FUNCTIONS: {"Value": "Value(3, \"w\")", "Input": "Input(2, \"x\")", "Constant": "Constant(1, \"c\")"},
  /** @type {readonly string[]} */
  NUMBER_FUNCTIONS: ["abs", "max", "min", "sum"],
  /** @type {Readonly<Record<string, string>>} */
  SYNONYMS: {"ln": "log", "log10": "log(x)/log(10)", "log2": "log(x)/log(2)", "tan": "sin(x)/cos(x)"},
  /** @type {Readonly<Record<string, string>>} */
  KNOWN_NUMBERS: {"pi": "3.14159", "π": "3.14159", "e": "2.71828"},
  /** @type {readonly string[]} */
  MODULES: ["math", "np", "numpy", "torch"],
  /** @type {readonly string[]} */
  PASSED_WORDS: ["import", "from"],
  /** @type {readonly string[]} */
  PASSED_FUNCTIONS: ["print", "display", "draw", "draw_dot", "save_picture", "Relay", "compile_graph", "check_gradients", "topological_order", "gradients", "numerical_derivative", "nudge", "SGD", "Adam"],
  /** @type {readonly string[]} */
  PASSED_METHODS: ["backward", "zero_grad", "save", "text", "to_json", "paths", "render", "view", "step"],
  /** @type {readonly string[]} */
  ATTRIBUTES: ["data", "grad", "op", "operands", "local_derivatives", "is_leaf", "label"],
  /** @type {readonly string[]} */
  PASSED_ASSIGNMENTS: ["data", "grad"],
  /** @type {readonly string[]} */
  RESERVED: ["and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "None", "True", "False"],
  /** @type {Readonly<Record<string, string>>} */
  NO_STATEMENTS: {"for": "loops", "while": "loops", "break": "loops", "continue": "loops", "if": "conditions", "elif": "conditions", "else": "conditions", "and": "conditions", "or": "conditions", "not": "conditions", "is": "conditions", "in": "conditions", "def": "functions", "return": "functions", "lambda": "functions", "class": "functions", "yield": "functions"},
  /** @type {string} */
  SPACES: " \t\f\u000b\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff",
  /** @type {Readonly<Record<string, string>>} */
  READ_AS: {"×": "*", "·": "*", "＊": "*", "∗": "*", "⋅": "*", "÷": "/", "／": "/", "−": "-", "－": "-", "–": "-", "＋": "+", "（": "(", "）": ")", "［": "[", "］": "]", "０": "0", "１": "1", "２": "2", "３": "3", "４": "4", "５": "5", "６": "6", "７": "7", "８": "8", "９": "9", "．": ".", "，": ",", "、": ",", "＝": "=", "；": ";", "＃": "#", "＾": "^", "｜": "|", "％": "%"},
  /** @type {string} */
  PROLONGED: "(?<![\\u3041-\\u30ff\\u3400-\\u9fff])ー",
  /** @type {Readonly<Record<string, string>>} */
  INSTEAD: {"^": "**", "|": "abs( )", "√": "sqrt( )", "∑": "total([ ])", "⁰": "**0", "¹": "**1", "²": "**2", "³": "**3", "⁴": "**4", "⁵": "**5", "⁶": "**6", "⁷": "**7", "⁸": "**8", "⁹": "**9", "₀": "0", "₁": "1", "₂": "2", "₃": "3", "₄": "4", "₅": "5", "₆": "6", "₇": "7", "₈": "8", "₉": "9", "【": "( )", "】": "( )", "〔": "( )", "〕": "( )", "｛": "( )", "｝": "( )", "{": "( )", "}": "( )", "「": "\"", "」": "\"", "『": "\"", "』": "\"", "“": "\"", "”": "\"", "„": "\"", "‟": "\"", "‘": "\"", "’": "\"", "＂": "\"", "＇": "\"", "。": "."},
  /** @type {number} */
  MAX_COMPARED: 30,
  /** @type {number} */
  LEARNING_RATE: 0.05,
  /** @type {number} */
  LEAKY_RELU_SLOPE: 0.01,
  /** @type {Readonly<Record<string, readonly string[]>>} */
  SLOPES: {"+": ["1", "1"], "-": ["1", "-1"], "*": ["b", "a"], "/": ["1 / b", "-out / b"], "**": ["where(a == b == 0, 0, b * a ** (b - 1))", "out * log(where(a > 0, a, 1))"], "neg": ["-1"], "abs": ["where(a > 0, 1, where(a < 0, -1, 0))"], "exp": ["out"], "log": ["1 / a"], "sqrt": ["0.5 / out"], "tanh": ["1 - out * out"], "sigmoid": ["out * (1 - out)"], "relu": ["where(a > 0, 1, 0)"], "leaky_relu": ["where(a > 0, 1, b)", "where(a > 0, 0, a)"], "softplus": ["sigmoid(a)"], "sin": ["cos(a)"], "cos": ["-sin(a)"], "maximum": ["where(a >= b, 1, 0)", "where(a >= b, 0, 1)"], "minimum": ["where(a <= b, 1, 0)", "where(a <= b, 0, 1)"], "total": ["1"], "weighted_sum": ["x", "w"]},
};
