// The whole screen, where a browser lets a page have it.

/** Asks for the whole screen, unless the page was opened by a link: nobody has pressed anything then. */
export function askForFullScreen() {
  const isAsked = navigator.userActivation?.isActive !== false;
  if (isAsked) document.documentElement.requestFullscreen?.().catch(() => {}); // a frame need not allow it
}
