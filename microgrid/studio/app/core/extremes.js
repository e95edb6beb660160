// The smallest and the largest of a list. Math.min(...list) hands each number over as an operand of its own, of which
// there may be no more than the stack has room for.

/**
 * Returns the smallest number of a list, ∞ of an empty one.
 * @param {Iterable<number>} numbers
 * @returns {number}
 */
export function smallestOf(numbers) {
  let smallest = Infinity;
  for (const number of numbers) smallest = Math.min(smallest, number);
  return smallest;
}

/**
 * Returns the largest number of a list, −∞ of an empty one.
 * @param {Iterable<number>} numbers
 * @returns {number}
 */
export function largestOf(numbers) {
  let largest = -Infinity;
  for (const number of numbers) largest = Math.max(largest, number);
  return largest;
}

/**
 * Returns the position of the item of which a number is the largest, of equal ones the first.
 * @param {ArrayLike<number>} numbers
 * @param {(number: number) => number} measure
 * @returns {number}
 */
export function placeOfLargest(numbers, measure) {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (measure(numbers[i]) > measure(numbers[best])) best = i;
  return best;
}
