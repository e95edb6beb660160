// What is computed anew only when something that it depends on has changed.

/**
 * Remembers the last result of a function.
 * @template {any[]} Given
 * @template Result
 * @param {(...given: Given) => Result} compute
 * @returns {(...given: Given) => Result}
 */
export function memoised(compute) {
  /** @type {{given: Given, result: Result} | null} */
  let last = null;
  return (...given) => {
    const known = last;
    if (known && given.every((part, i) => part === known.given[i])) return known.result;
    last = {given, result: compute(...given)};
    return last.result;
  };
}
