// Chance that can be repeated: the same seed gives the same numbers. Source: mulberry32 by Tommy Ettinger, public domain.

/** @typedef {() => number} Random */

/** Numbers from 0 up to, not including, 1. @param {number} seed @returns {Random} */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
