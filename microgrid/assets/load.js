// Unpacks the program of the page and runs it. The security policy of the page allows this text and that program only.
"use strict";
(async () => {
  const packed = atob(document.getElementById("program").textContent);
  const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const script = document.createElement("script");
  script.textContent = await new Response(unpacked).text();
  document.body.append(script);
})().catch((error) => {
  document.getElementById("sentence").textContent = `This browser is too old to run the page (${error}).`;
});
