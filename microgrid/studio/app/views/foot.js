// The foot of a low screen: its first row stays in sight, and the rest of it is at the end of the page. Here it is
// measured how much that is, and how high all of it, for the style sheet.

import {byId} from "./dom.js";

const GLIMPSE_PX = 5; // of the rest, which shows that there is more

export function createFoot() {
  const [foot] = document.getElementsByTagName("footer"),
    row = byId("next");

  function measureFoot() {
    const rest = foot.getBoundingClientRect().bottom - row.getBoundingClientRect().bottom;
    document.documentElement.style.setProperty("--foot", `${foot.offsetHeight}px`);
    foot.style.setProperty("--rest-of-foot", `${Math.max(rest - GLIMPSE_PX, 0)}px`);
  }

  new ResizeObserver(measureFoot).observe(foot);
  return {show() {}};
}
