// The picture after every node. Rows are made once and painted anew with every drawing; names come from a model's file,
// so they go through textContent.

const shapeOf = (tiles) => (tiles ? tiles.shape.join(" × ") || "one number" : "");
const signed = (value) => value.toFixed(1).replace("-", "−");

const LABELS = 120; // pixels that the words beside a picture take, as in walk.css

/** The pictures in one row, or in two where they would be less than two pixels a cell. */
function laidOut(tiles, room) {
  const { columns, width, shown } = tiles ?? {};
  if (!shown || columns === 1 || columns * (2 * width + 1) < room) return tiles;
  const half = Math.ceil(columns / 2);
  return { ...tiles, columns: half, rows: Math.ceil(shown / half) };
}

function newStep({ name, operator, fixed }) {
  const part = { canvas: make("canvas"), shape: make("span", { className: "walk-shape" }), named: `${operator}, ${name}` };
  const words = make("div", { className: "walk-words" },
    make("b", { textContent: operator }), " ", part.shape, make("code", { textContent: name, title: name }));
  if (fixed) words.append(make("span", { className: "walk-fixed", textContent: "weights alone: the same for any digit" }));
  part.item = make("li", {}, words, make("div", { className: "walk-picture" }, part.canvas));
  part.item.dataset.node = name;
  return part;
}

/** Ten columns around a line at zero. */
function paintScores(bars, scores) {
  const answer = scores.indexOf(Math.max(...scores));
  const high = Math.max(...scores, 0);
  const range = high - Math.min(...scores, 0) || 1;
  bars.hidden = !scores.length;
  bars.setAttribute("aria-label", scores.map((score, digit) => `${digit}: ${signed(score)}`).join(", "));
  bars.replaceChildren(...scores.map((score, digit) => {
    const bar = make("i", { className: score < 0 ? "walk-below" : "" });
    bar.style.top = `${(100 * (high - Math.max(score, 0))) / range}%`;
    bar.style.height = `${(100 * Math.abs(score)) / range}%`;
    const column = make("div", { className: digit === answer ? "walk-top" : "" },
      make("span", { className: "walk-score", textContent: signed(score) }),
      make("div", { className: "walk-bar" }, bar), make("b", { textContent: digit }));
    return column;
  }));
}

function render({ model, el }) {
  const list = make("ol");
  const bars = make("div", { className: "walk-scores", role: "img" });
  const sentence = make("p", { className: "walk-sentence", "aria-live": "polite" });
  const note = make("p", { className: "walk-note", role: "alert" });
  el.classList.add("onnx-lab-walk");
  el.append(list, bars, sentence, note);
  let parts = [];
  let frame = 0;

  function paintSteps() {
    const steps = model.get("steps");
    if (parts.length !== steps.length || parts.some((part, i) => part.item.dataset.node !== steps[i].name)) {
      parts = steps.map(newStep);
      list.replaceChildren(...parts.map((part) => part.item));
    }
    const room = Math.min(Math.max(list.clientWidth - LABELS, 240), 470);
    steps.forEach(({ tiles }, i) => {
      const part = parts[i];
      part.item.classList.toggle("walk-empty", !tiles?.shown);
      part.shape.textContent = shapeOf(tiles);
      const grid = laidOut(tiles, room);
      drawTiles(part.canvas, grid, { room, tall: 66 * (grid?.rows ?? 1), gap: 1 });
      part.canvas.setAttribute("aria-label", `${part.named}: ${tiles?.label ?? "no picture"}`);
    });
  }
  function paint() {
    frame = 0;
    paintSteps();
    paintScores(bars, model.get("scores"));
    if (sentence.textContent !== model.get("sentence")) sentence.textContent = model.get("sentence");
    if (note.textContent !== model.get("note")) note.textContent = model.get("note");
  }
  const later = () => { frame ||= requestAnimationFrame(paint); }; // more than one a frame would be painted for nobody

  const names = ["steps", "scores", "sentence", "note"];
  for (const name of names) model.on(`change:${name}`, later);
  const theme = new MutationObserver(later); // the pictures' colours are not in the style sheet
  theme.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
  const wish = matchMedia("(prefers-color-scheme: dark)");
  wish.addEventListener("change", later);
  const size = new ResizeObserver(later);
  size.observe(el);
  paint();
  return () => {
    for (const name of names) model.off(`change:${name}`, later);
    theme.disconnect();
    size.disconnect();
    wish.removeEventListener("change", later);
    cancelAnimationFrame(frame);
  };
}

export default { render };
