// Unpacks plotly.js, which may run as this script does, and draws each figure with the data that stands beside it.
(async () => {
  const me = document.currentScript, packed = document.getElementById("plotly").textContent;
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.nonce = me.nonce;
  script.textContent = await new Response(unpacked).text();
  document.head.append(script);
  for (const place of document.querySelectorAll("div.drawn")) {
    const { data, layout } = JSON.parse(place.nextElementSibling.textContent);
    await Plotly.newPlot(place, data, layout, { displaylogo: false });
  }
})();
