// What the page keeps in the browser from one visit to the next: that the keys of one character are turned off, and
// nothing else. Where it may keep nothing (in some frames, files and private windows), they work again at the next visit.

const KEY = "microgrid.shortcuts",
  OFF = "off";

/** Whether the keys of one character work, as the reader left them. */
export function hadShortcuts() {
  try {
    return localStorage.getItem(KEY) !== OFF;
  } catch {
    return true;
  }
}

/** @param {boolean} hasShortcuts */
function keep(hasShortcuts) {
  try {
    if (hasShortcuts) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, OFF);
  } catch {
    /* it may keep nothing */
  }
}

export function createMemory() {
  return {
    /**
     * @param {import("../actions.js").State} state
     * @param {import("../derive.js").Derived} _
     * @param {import("../actions.js").State | null} previous
     */
    show({hasShortcuts}, _, previous) {
      if (previous && hasShortcuts !== previous.hasShortcuts) keep(hasShortcuts);
    },
  };
}
