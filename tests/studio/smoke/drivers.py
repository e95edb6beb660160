"""The three browsers of the smoke suite behind one narrow interface: a script, keys, a pointer, a size.

Chromium is driven by Playwright, as in all other tests of the page. Firefox speaks WebDriver BiDi itself, through a
WebSocket: Debian has no geckodriver, Playwright's channel for an installed Firefox is refused by the ESR, and Mozilla's
marionette-driver needs a module that Python 3.13 dropped. WebKit is WebKitGTK with its own WebDriver, which Selenium
speaks to.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any

from tests.browser import PATIENCE, missing, needed

FIREFOX = ("firefox-esr", "firefox")
MINIBROWSERS = ("/usr/lib/*-linux-gnu/webkit2gtk-4.1/MiniBrowser", "/usr/libexec/webkit2gtk-4.1/MiniBrowser")
SCREEN = "2000x1400x24"  # pixels and depth of the screen that nobody sees
KEYS = {  # as the WebDriver standard numbers them; every other key is its character
    "Backspace": "\ue003",
    "Tab": "\ue004",
    "Enter": "\ue006",
    "Shift": "\ue008",
    "Control": "\ue009",
    "Escape": "\ue00c",
    "End": "\ue010",
    "Home": "\ue011",
    "ArrowLeft": "\ue012",
    "ArrowUp": "\ue013",
    "ArrowRight": "\ue014",
    "ArrowDown": "\ue015",
    "Delete": "\ue017",
}
WATCH = """(window.faults = [], ["error", "unhandledrejection", "securitypolicyviolation"].forEach((kind) =>
  window.addEventListener(kind, (e) => window.faults.push(`${kind}: ${e.message ?? e.reason ?? e.blockedURI}`))))"""


class Driver(ABC):
    """A browser with one page. The abstract methods are all that a browser must bring; the others are made of them."""

    @abstractmethod
    def load(self, address: str) -> None:
        """Load an address anew, also where only its fragment differs, and return when it is loaded."""

    @abstractmethod
    def run(self, script: str) -> str:
        """Return what a script comes to, which is an expression for the promise of a string."""

    @abstractmethod
    def press(self, *keys: str) -> None:
        """Press keys one after the other: characters, or names as in KEYS; `Shift+Tab` presses two at once."""

    @abstractmethod
    def drag(self, *points: tuple[int, int]) -> None:
        """Press the pointer at the first point of the window, move it along the others, and let it go at the last."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Give the page this many CSS pixels."""

    # --- what is made of them ------------------------------------------------------------------------------------

    def open(self, address: str) -> None:
        """Load an address anew, and wait until the page's program runs."""
        self.load(address)
        self.wait_for("window.microgrid")
        self.evaluate(WATCH)

    def evaluate(self, expression: str) -> Any:
        """Return what an expression comes to in the page, by way of JSON; a promise is awaited."""
        script = f"(async () => JSON.stringify({{value: await ({expression})}}))()"
        answer = json.loads(self.run(f"{script}.catch((error) => JSON.stringify({{error: String(error)}}))"))
        if "error" in answer:
            raise ValueError(f"{answer['error']} in {expression}")
        return answer.get("value")

    def wait_for(self, condition: str) -> None:
        """Wait until an expression is true."""
        if not self.comes_true(condition, PATIENCE):
            raise AssertionError(f"waited {PATIENCE} ms for {condition}; the page tells: {self.text('#told')}")

    def comes_true(self, condition: str, patience: int) -> bool:
        """Tell whether an expression is true within some milliseconds; the page looks itself, again and again."""
        script = f"""new Promise((done) => {{
          const end = Date.now() + {patience};
          (function look() {{
            let found = null;
            try {{ found = ({condition}); }} catch {{ /* not yet */ }}
            found || Date.now() > end ? done(Boolean(found)) : setTimeout(look, 20);
          }})();
        }})"""
        return bool(self.evaluate(script))

    def text(self, selector: str) -> str:
        """Return what stands in the first element."""
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)})?.textContent ?? ''"))

    def wait_for_text(self, selector: str, text: str) -> None:
        """Wait until a text stands in the first element."""
        self.wait_for(f"document.querySelector({json.dumps(selector)}).textContent.includes({json.dumps(text)})")

    def click(self, selector: str, text: str | None = None) -> None:
        """Wait for a visible element, if asked for with just this text, and click on its middle as a hand would."""
        self.wait_for(f"(window.target = {_find(selector, text)})")
        x, y, hit = self.evaluate("""(() => {
          window.target.scrollIntoView({block: "nearest", inline: "nearest", behavior: "instant"});
          const box = window.target.getBoundingClientRect();
          const [x, y] = [box.x + box.width / 2, box.y + box.height / 2].map(Math.round);
          const hit = document.elementFromPoint(x, y);
          return [x, y, window.target.contains(hit) || hit?.outerHTML.slice(0, 100)];
        })()""")
        assert hit is True, f"{selector} {text or ''} is covered by {hit}"
        self.drag((x, y))

    def type_into(self, selector: str, text: str) -> None:
        """Click on a field, replace what is in it by typing, and press Enter."""
        self.click(selector)
        self.press("Control+a", *text, "Enter")

    def focus_by_tab(self, selector: str) -> None:
        """Press Tab until an element has the focus."""
        for _ in range(100):
            if self.evaluate(f"document.activeElement.matches({json.dumps(selector)})"):
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not reach {selector}")


def _find(selector: str, text: str | None) -> str:
    """Write the script that finds the first visible element, if asked for with just this text."""
    wanted = "" if text is None else f"&& e.textContent.trim() === {json.dumps(text)}"
    return f"[...document.querySelectorAll({json.dumps(selector)})].find((e) => e.checkVisibility() {wanted})"


def _key_actions(keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return keys as the WebDriver standard writes them."""
    actions = []
    for key in keys:
        parts = [KEYS.get(part, part) for part in (key.split("+") if len(key) > 1 else [key])]
        actions += [{"type": "keyDown", "value": part} for part in parts]
        actions += [{"type": "keyUp", "value": part} for part in reversed(parts)]
    return [{"type": "key", "id": "keyboard", "actions": actions}]


def _pointer_actions(points: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """Return the way of a pointer as the WebDriver standard writes it."""
    first, *others = [{"type": "pointerMove", "x": x, "y": y, "duration": 0} for x, y in points]
    actions = [first, {"type": "pointerDown", "button": 0}, *others, {"type": "pointerUp", "button": 0}]
    return [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}]


class Chromium(Driver):
    """Chromium, in a page of Playwright."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def load(self, address: str) -> None:
        self.page.goto("about:blank")
        self.page.goto(address)

    def run(self, script: str) -> str:
        return str(self.page.evaluate(script))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def drag(self, *points: tuple[int, int]) -> None:
        self.page.mouse.move(*points[0])
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*point)
        self.page.mouse.up()

    def resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})


class Firefox(Driver):
    """Firefox, which takes the commands of WebDriver BiDi through a WebSocket."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.commands = 0
        self.size = (1280, 800)
        self.send("session.new", capabilities={})
        self.context = self.send("browsingContext.getTree")["contexts"][0]["context"]

    def send(self, method: str, **parameters: Any) -> Any:
        """Send a command, and return its result; nothing else arrives, for no event is asked for."""
        self.commands += 1
        self.socket.send(json.dumps({"id": self.commands, "method": method, "params": parameters}))
        answer = json.loads(self.socket.recv())
        assert (answer["type"], answer["id"]) == ("success", self.commands), answer
        return answer["result"]

    def load(self, address: str) -> None:
        # In a new window: the one that Firefox starts with never has the focus where there is no screen, so its buttons
        # take no key; and now and then Firefox does not tell that it has left a page for an empty one.
        before, self.context = self.context, self.send("browsingContext.create", type="window")["context"]
        self.send("browsingContext.close", context=before)
        self.resize(*self.size)
        self.send("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def run(self, script: str) -> str:
        target = {"context": self.context}
        answer = self.send("script.evaluate", expression=script, target=target, awaitPromise=True)
        return str(answer["result"]["value"])

    def press(self, *keys: str) -> None:
        self.send("input.performActions", context=self.context, actions=_key_actions(keys))

    def drag(self, *points: tuple[int, int]) -> None:
        self.send("input.performActions", context=self.context, actions=_pointer_actions(points))

    def resize(self, width: int, height: int) -> None:
        self.size = (width, height)
        viewport = {"width": width, "height": height}
        self.send("browsingContext.setViewport", context=self.context, viewport=viewport)


class WebKit(Driver):
    """WebKitGTK, in Selenium."""

    def __init__(self, remote: Any) -> None:
        self.remote = remote
        self.remote.set_script_timeout(2 * PATIENCE / 1000)
        self.frame = [0, 0]  # pixels of the window that are not the page's: it has a tool bar

    def load(self, address: str) -> None:
        self.remote.get("about:blank")
        self.remote.get(address)

    def run(self, script: str) -> str:
        return str(self.remote.execute_async_script(f"{script}.then(arguments[0])"))

    def press(self, *keys: str) -> None:
        self.remote.execute("actions", {"actions": _key_actions(keys)})

    def drag(self, *points: tuple[int, int]) -> None:
        self.remote.execute("actions", {"actions": _pointer_actions(points)})

    def resize(self, width: int, height: int) -> None:
        for _ in range(10):  # the page learns of a new size some time after the window has it
            self.remote.set_window_rect(width=width + self.frame[0], height=height + self.frame[1])
            if self.comes_true(f"innerWidth === {width} && innerHeight === {height}", 1000):
                return
            inside = self.evaluate("[innerWidth, innerHeight]")
            self.frame = [self.frame[0] + width - inside[0], self.frame[1] + height - inside[1]]
        raise AssertionError(f"the page has {inside} pixels instead of {width} × {height}")


# --- starting them ---------------------------------------------------------------------------------------------------


def _program(what: str, variable: str, names: Sequence[str]) -> str:
    """Return the path of a program: what a variable of the environment names, or the first that is installed."""
    chosen = os.environ.get(variable)
    candidates = [chosen] if chosen else [str(found) for name in names for found in _installed(name)]
    found = next((path for path in candidates if Path(path).exists()), None)
    return found or missing(f"there is no {what} ({variable} may name one)")


def _installed(name: str) -> Iterator[str | Path]:
    if name.startswith("/"):
        yield from Path("/").glob(name[1:])
    elif path := shutil.which(name):
        yield path


@contextmanager
def firefox() -> Iterator[Firefox]:
    """Start Firefox with an empty profile and without a window."""
    websocket = needed("websocket")
    program = _program("Firefox", "MICROGRID_FIREFOX", FIREFOX)
    with TemporaryDirectory(prefix="firefox", ignore_cleanup_errors=True) as profile, ExitStack() as ending:
        Path(profile, "user.js").write_text('user_pref("intl.accept_languages", "en-US");\n', encoding="utf-8")
        options = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "about:blank"]
        process = subprocess.Popen(
            [program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8", errors="replace"
        )
        said: SimpleQueue[str] = SimpleQueue()
        reader = threading.Thread(target=_pass_on, args=(process, said))
        reader.start()
        ending.callback(reader.join)
        ending.callback(_end, process)
        for line in iter(said.get, ""):
            if address := re.search(r"ws://\S+", line):
                break
        else:
            raise RuntimeError(f"{program} ended before it could be driven")
        socket = websocket.create_connection(f"{address[0]}/session", suppress_origin=True, timeout=2 * PATIENCE / 1000)
        ending.callback(socket.close)
        yield Firefox(socket)


@contextmanager
def webkit() -> Iterator[WebKit]:
    """Start WebKitGTK's small browser on a screen that nobody sees."""
    webdriver = needed("selenium.webdriver")
    service_of = needed("selenium.webdriver.webkitgtk.service")
    connection = needed("selenium.webdriver.remote.remote_connection")
    client = needed("selenium.webdriver.remote.client_config")
    options = webdriver.WebKitGTKOptions()
    options.binary_location = _program("WebKitGTK browser", "MICROGRID_WEBKIT", MINIBROWSERS)
    options.add_argument("--automation")
    driver = _program("WebKitWebDriver", "MICROGRID_WEBKIT_DRIVER", ("WebKitWebDriver",))
    with _screen() as display, ExitStack() as ending:
        # Its sandbox asks for namespaces that containers do not give; it sees this one page only.
        settings = {"DISPLAY": display, "LANG": "C.UTF-8", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
        service = service_of.Service(driver, env={**os.environ, **settings})
        service.start()
        ending.callback(service.stop)
        config = client.ClientConfig(remote_server_addr=service.service_url)
        remote = webdriver.Remote(connection.RemoteConnection(client_config=config), options=options)
        ending.callback(remote.quit)
        yield WebKit(remote)


@contextmanager
def _screen() -> Iterator[str]:
    """Start a screen that nobody sees, and yield its name; it chooses one that is free."""
    program = _program("Xvfb", "MICROGRID_XVFB", ("Xvfb",))
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [program, "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading, encoding="ascii") as number:
            yield f":{int(number.readline())}"
    finally:
        _end(process)


def _pass_on(process: subprocess.Popen[str], lines: SimpleQueue[str]) -> None:
    """Pass on each line that a process says until it ends, then an empty one: a pipe that is full would stop it."""
    assert process.stderr
    with process.stderr:
        for line in process.stderr:
            lines.put(line)
    lines.put("")


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    process.wait()
