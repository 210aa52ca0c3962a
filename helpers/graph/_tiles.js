// Pictures and histograms of tensors, as tiles.py makes them. Python joins this file and those that use it into one
// module. Zero is transparent, so it has the page's own colour in either theme; only the two ends change with the theme,
// and whoever draws draws again then.

const TILES_MARK = -128; // not finite
const TILES_FRAME = "rgba(127, 127, 127, 0.45)";

/** The colours below and above zero (Okabe and Ito's, lighter on a dark page) and that of what is not finite. */
function tileColours() {
  const told = document.body?.dataset.jpThemeLight;
  const dark = told ? told === "false" : matchMedia("(prefers-color-scheme: dark)").matches;
  return dark
    ? { below: [86, 180, 233], above: [240, 128, 48], odd: [255, 255, 255] }
    : { below: [0, 114, 178], above: [213, 94, 0], odd: [0, 0, 0] };
}

/** A trait's bytes, which arrive as a DataView, as int8. */
function tileBytes(pixels) {
  return pixels?.buffer ? new Int8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength) : new Int8Array(0);
}

/** All pictures, one pixel a cell, below each other. */
function tileSheet({ pixels, width, height, shown }, colours) {
  const image = new ImageData(width, height * shown);
  const values = tileBytes(pixels);
  for (let i = 0; i < width * height * shown; i++) {
    const value = values[i] ?? 0;
    const odd = value === TILES_MARK;
    const colour = odd ? colours.odd : value < 0 ? colours.below : colours.above;
    image.data.set(colour, 4 * i);
    image.data[4 * i + 3] = odd ? 255 : Math.round((255 * Math.abs(value)) / 127);
  }
  const sheet = document.createElement("canvas");
  sheet.width = image.width;
  sheet.height = image.height;
  sheet.getContext("2d").putImageData(image, 0, 0);
  return sheet;
}

/**
 * Draw what tiles() made. The canvas gets whole pixels for each cell: as many as let the grid fit `room` pixels across,
 * and `tall` pixels down; at most `largest`, at least one. `gap` pixels are between pictures.
 */
function drawTiles(canvas, tiles, { room = 320, tall = 320, largest = 14, gap = 2 } = {}) {
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", tiles?.label ?? "nothing yet");
  const { rows = 0, columns = 1, width = 0, height = 0, shown = 0 } = tiles ?? {};
  if (!shown) {
    canvas.width = canvas.height = 1; // emptied; no canvas has less
    return;
  }
  const fits = (space, count, cells) => Math.floor((space - gap * (count + 1)) / (count * cells));
  const cell = Math.max(1, Math.min(largest, fits(room, columns, width), fits(tall, rows, height)));
  const [across, down] = [cell * width + gap, cell * height + gap];
  const size = [columns * across + gap, rows * down + gap];
  if (canvas.width !== size[0]) canvas.width = size[0];
  if (canvas.height !== size[1]) canvas.height = size[1];
  Object.assign(canvas.style, { width: `${size[0]}px`, height: "auto", maxWidth: "100%", imageRendering: "pixelated" });
  const ctx = canvas.getContext("2d");
  const sheet = tileSheet(tiles, tileColours());
  ctx.clearRect(0, 0, ...size);
  ctx.imageSmoothingEnabled = false;
  ctx.fillStyle = TILES_FRAME;
  for (let i = 0; i < shown; i++) {
    const [x, y] = [(i % columns) * across, Math.floor(i / columns) * down];
    ctx.clearRect(x, y, across + gap, down + gap);
    ctx.fillRect(x, y, across + gap, down + gap);
  }
  for (let i = 0; i < shown; i++) {
    const [x, y] = [(i % columns) * across + gap, Math.floor(i / columns) * down + gap];
    const place = [x, y, cell * width, cell * height];
    ctx.clearRect(...place);
    ctx.drawImage(sheet, 0, i * height, width, height, ...place);
  }
}

/** Draw what histogram() made into an svg element; bars below zero are blue, others vermillion. */
function drawHistogram(svg, histogram, { width = 260, height = 90 } = {}) {
  const { counts = [], edges = [], label = "nothing yet" } = histogram ?? {};
  const colours = tileColours();
  const most = Math.max(...counts, 1);
  const floor = height - 16; // the numbers of the axis stand below
  const add = (tag, attributes, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  };
  const bars = counts.map((count, i) => {
    const tall = count ? Math.max(1, (floor * count) / most) : 0; // one value among thousands is still seen
    const fill = `rgb(${(edges[i] + edges[i + 1] < 0 ? colours.below : colours.above).join(" ")})`;
    const step = width / counts.length;
    return add("rect", { x: i * step, y: floor - tall, width: Math.max(step - 1, 0.5), height: tall, fill });
  });
  const words = (value) => `${Number(value.toPrecision(3))}`.replace("-", "−");
  const text = { y: height - 3, fill: "currentColor", "font-size": 11 };
  const ends = counts.length
    ? [add("text", { ...text, x: 0 }, words(edges[0])),
      add("text", { ...text, x: width, "text-anchor": "end" }, words(edges.at(-1)))]
    : [];
  const line = add("line", { x1: 0, x2: width, y1: floor, y2: floor, stroke: "currentColor", "stroke-opacity": 0.5 });
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  Object.assign(svg.style, { width: `${width}px`, maxWidth: "100%", height: "auto" });
  svg.replaceChildren(...bars, line, ...ends);
}
