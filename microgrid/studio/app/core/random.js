// Random numbers as Python's random.Random draws them, bit for bit: the Mersenne Twister MT19937 (Matsumoto and
// Nishimura 1998). So a seed gives the same weights and the same shuffling here as there.

const STATE_SIZE = 624; // words of 32 bits
const SHIFT_SIZE = 397;
const TWIST = 0x9908b0df;

/** A generator of random numbers. */
export class Random {
  /** @type {Uint32Array} */ #state;
  #next = STATE_SIZE; // the word to use next; all are used up at first

  /**
   * @param {number | bigint} seed a whole number, 0 or more; above 2^53 as a bigint
   * @param {Uint32Array} [state] instead of that of the seed
   */
  constructor(seed, state = stateOfSeed(BigInt(seed))) {
    this.#state = state;
  }

  /**
   * Returns a generator that goes on where another was.
   * @param {Uint32Array} saved what `getState` returned
   */
  static fromState(saved) {
    const random = new Random(0, saved.slice(0, STATE_SIZE));
    random.#next = saved[STATE_SIZE];
    return random;
  }

  /** Returns where this generator is, for `fromState`: 625 words, the last one the position among the others. */
  getState() {
    const saved = new Uint32Array(STATE_SIZE + 1);
    saved.set(this.#state);
    saved[STATE_SIZE] = this.#next;
    return saved;
  }

  /** Returns a number from 0 to below 1. */
  random() {
    const high = this.#word() >>> 5,
      low = this.#word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /**
   * Returns a number between two others.
   * @param {number} low
   * @param {number} high
   */
  uniform(low, high) {
    return low + (high - low) * this.random();
  }

  /**
   * Puts items into another order, in place.
   * @param {{[position: number]: any, length: number}} items an array, or a typed array
   */
  shuffle(items) {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.#below(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
  }

  /**
   * Returns a whole number from 0 to below a limit: as few bits as the limit has, drawn again until they fit.
   * @param {number} limit
   */
  #below(limit) {
    const unusedBits = Math.clz32(limit);
    let number = limit;
    while (number >= limit) number = this.#word() >>> unusedBits;
    return number;
  }

  /** Returns 32 random bits. */
  #word() {
    if (this.#next === STATE_SIZE) {
      renewState(this.#state);
      this.#next = 0;
    }
    let word = this.#state[this.#next++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }
}

/**
 * Makes the next 624 words of the state.
 * @param {Uint32Array} state it is changed
 */
function renewState(state) {
  for (let i = 0; i < STATE_SIZE; i++) {
    const joinedBits = (state[i] & 0x80000000) | (state[(i + 1) % STATE_SIZE] & 0x7fffffff);
    state[i] = state[(i + SHIFT_SIZE) % STATE_SIZE] ^ (joinedBits >>> 1) ^ (joinedBits & 1 ? TWIST : 0);
  }
}

/**
 * Spreads a seed over a state, as the authors' init_by_array does with its words of 32 bits.
 * @param {bigint} seed
 */
function stateOfSeed(seed) {
  const key = wordsOfSeed(seed),
    state = stateOfWord(19650218);
  let i = 1;
  const mixed = (/** @type {number} */ factor) => Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), factor) ^ state[i];
  const advance = () => {
    i++;
    if (i < STATE_SIZE) return;
    state[0] = state[STATE_SIZE - 1];
    i = 1;
  };
  for (let k = 0; k < Math.max(STATE_SIZE, key.length); k++) {
    const j = k % key.length;
    state[i] = mixed(1664525) + key[j] + j;
    advance();
  }
  for (let k = 1; k < STATE_SIZE; k++) {
    state[i] = mixed(1566083941) - i;
    advance();
  }
  state[0] = 0x80000000;
  return state;
}

/** @param {bigint} seed  @returns {number[]} its words of 32 bits, the lowest first; of 0, one */
function wordsOfSeed(seed) {
  const words = [];
  for (let rest = seed; rest > 0n || !words.length; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  return words;
}

/** @param {number} word */
function stateOfWord(word) {
  const state = new Uint32Array(STATE_SIZE);
  state[0] = word;
  for (let i = 1; i < STATE_SIZE; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
  return state;
}
