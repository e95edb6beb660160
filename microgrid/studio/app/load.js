// Unpacks the style and the program of the page. The security policy of the page allows this text and those two only.
"use strict";

// Four bytes stand in five characters, each a digit from "(" on; "}" is written for the "<" that could end an element.
function bytesOf(text) {
  const whole = text.padEnd(Math.ceil(text.length / 5) * 5, "|"),
    bytes = new Uint8Array((whole.length / 5) * 4),
    view = new DataView(bytes.buffer);
  for (let i = 0; i < whole.length; i += 5) {
    let number = 0;
    for (const digit of whole.slice(i, i + 5)) number = number * 85 + (digit === "}" ? 60 : digit.charCodeAt(0)) - 40;
    view.setUint32((i / 5) * 4, number);
  }
  return bytes.subarray(0, bytes.length - whole.length + text.length);
}

async function load() {
  for (const kind of ["style", "script"]) {
    const bytes = bytesOf(document.getElementById(`packed-${kind}`).textContent);
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const element = document.createElement(kind);
    element.textContent = await new Response(unpacked).text();
    document.body.append(element);
  }
}

load().catch((error) => {
  document.getElementById("old").textContent = `This browser is too old to run the page (${error}).`;
});
