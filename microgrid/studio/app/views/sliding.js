// Sliders under a finger, which may also come down on one to scroll the page.

const SIDEWAYS_PX = 8; // from here on a finger moves the slider

/**
 * Lets a slider stay where it is until a finger has gone sideways, or has left it where it came down. A browser moves it
 * as soon as it is touched.
 * @param {HTMLInputElement} slider before anything else listens to it
 */
export function waitForFinger(slider) {
  /** @type {{x: number, from: string, to: string} | null} */
  let held = null;

  slider.addEventListener("pointerdown", ({pointerType, clientX}) => {
    held = pointerType === "touch" ? {x: clientX, from: slider.value, to: slider.value} : null;
  });
  slider.addEventListener("pointermove", ({clientX}) => {
    if (held && Math.abs(clientX - held.x) > SIDEWAYS_PX) held = null;
  });
  slider.addEventListener("input", (event) => {
    if (!held) return;
    held.to = slider.value;
    slider.value = held.from;
    event.stopImmediatePropagation();
  });
  slider.addEventListener("pointerup", () => {
    if (!held) return;
    slider.value = held.to;
    held = null;
    slider.dispatchEvent(new Event("input"));
  });
  slider.addEventListener("pointercancel", () => (held = null)); // the page scrolls
}
