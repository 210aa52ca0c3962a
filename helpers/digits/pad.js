// The pad in the browser: the surface, its pointers and keys, the buttons under it. The ink itself is in _picture.js.

const GRID = 28; // cells a side for the keyboard's cursor: the pixels of the network's picture
const CELL = SIDE / GRID;
const MOVES = {
  ArrowLeft: ([x, y]) => [x - 1, y], ArrowRight: ([x, y]) => [x + 1, y],
  ArrowUp: ([x, y]) => [x, y - 1], ArrowDown: ([x, y]) => [x, y + 1],
  Home: ([, y]) => [0, y], End: ([, y]) => [GRID - 1, y],
  PageUp: ([x]) => [x, 0], PageDown: ([x]) => [x, GRID - 1],
};
const HELP =
  "Arrow keys move the cursor, with Shift they draw. Space inks a dot, Enter a line from the last ink to the cursor. " +
  "Backspace undoes, Delete clears, 0 to 9 show a sample. Tab leaves the pad.";

function build(el) {
  const digits = [...Array(10).keys()];
  const button = (text, props) => make("button", { type: "button", textContent: text, ...props });
  const ui = {
    canvas: make("canvas", {
      className: "pad-surface", tabIndex: 0, role: "application",
      "aria-label": "Drawing pad for a digit", "aria-description": HELP,
    }),
    cursor: make("div", { className: "pad-cursor" }),
    hint: make("div", { className: "pad-hint", textContent: "draw a digit", "aria-hidden": "true" }),
    clear: button("Clear"),
    undo: button("Undo"),
    save: button("Save"),
    label: make("select", { "aria-label": "the digit that you meant" },
      make("option", { value: "", textContent: "which?" }), // nobody's 7 is to be kept as whatever stands there first
      ...digits.map((n) => make("option", { value: n, textContent: n }))),
    note: make("div", { className: "pad-note", role: "status" }),
    samples: digits.map((n) => button(n, { "aria-label": `Sample ${n}`, title: `a sample ${n}; again for another` })),
    seen: make("canvas", {
      className: "pad-seen", width: 28, height: 28, role: "img", "aria-label": "what the network sees",
    }),
    caption: make("div", { className: "pad-caption", "aria-live": "polite" }),
    said: make("div", { className: "pad-said", role: "status" }),
  };
  ui.canvas.dataset.lmSuppressShortcuts = "true"; // or JupyterLab takes the keys
  // Finer than Python's picture, so that edges are sharp; the same lines, so the same ink.
  ui.canvas.width = ui.canvas.height = SIDE * Math.max(3, Math.ceil(2.25 * window.devicePixelRatio));
  el.classList.add("onnx-lab-pad");
  el.append(
    make("div", { className: "pad-frame" }, ui.canvas, ui.hint, ui.cursor),
    make("div", { className: "pad-row" }, ui.clear, ui.undo,
      make("div", { className: "pad-save", role: "group", "aria-label": "Save the drawing" },
        ui.save, "as", ui.label)),
    ui.note,
    make("div", { className: "pad-samples", role: "group", "aria-label": "Sample digit" },
      make("span", { textContent: "or take a sample" }), ...ui.samples),
    make("div", { className: "pad-row pad-sees" }, ui.seen, ui.caption),
    make("details", { className: "pad-keys" }, make("summary", { textContent: "Keyboard" }), HELP),
    ui.said);
  return ui;
}

/** Mouse, touch and pen are the same events. */
function pointers(canvas, picture, signal) {
  let pen = null; // the id of the pointer that draws
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  };
  const finish = (event) => {
    if (event.pointerId !== pen) return;
    pen = null;
    picture.end();
  };
  const on = (name, handle) => canvas.addEventListener(name, handle, { signal });
  on("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    canvas.parentElement.classList.add("pad-pointed"); // no need of the keyboard's cursor
    pen = event.pointerId;
    picture.begin(point(event));
  });
  on("pointermove", (event) => {
    if (event.pointerId !== pen || !picture.stroke) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) picture.extend(point(each));
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) on(name, finish);
  on("contextmenu", (event) => event.preventDefault()); // a long press would end the stroke
  signal.addEventListener("abort", () => pen === null || picture.end());
}

function keyboard(ui, picture, sample, signal) {
  let cell = [14, 14];
  let inked = null; // the last point that a key inked
  let line = false; // whether Shift is drawing a line
  const middle = ([x, y]) => [(x + 0.5) * CELL, (y + 0.5) * CELL];
  const lift = () => {
    if (line) picture.end();
    line = false;
  };
  const ink = (from, to) => {
    picture.begin(from);
    picture.extend(to);
    picture.end();
    inked = to;
  };
  const move = (key, draws) => {
    const from = cell;
    cell = MOVES[key](cell).map((at) => Math.min(Math.max(at, 0), GRID - 1));
    ui.cursor.style.translate = `${cell[0] * 100}% ${cell[1] * 100}%`;
    ui.said.textContent = `column ${cell[0] + 1}, row ${cell[1] + 1}${draws ? ", drawn" : ""}`;
    if (!draws) return lift();
    if (!line) picture.begin(middle(from));
    line = true;
    inked = middle(cell);
    picture.extend(inked);
  };
  const act = (event) => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.altKey || event.shiftKey || key.toLowerCase() !== "z") return false;
      picture.undo();
    } else if (key in MOVES) move(key, event.shiftKey);
    else if (key === " ") ink(middle(cell), middle(cell));
    else if (key === "Enter") ink(inked ?? middle(cell), middle(cell));
    else if (key === "Backspace") picture.undo();
    else if (key === "Delete") picture.clear();
    else if (/^[0-9]$/.test(key)) sample(Number(key));
    else return false;
    return true;
  };
  const on = (name, handle) => ui.canvas.addEventListener(name, handle, { signal });
  on("keydown", (event) => {
    if (event.key === "Tab" || event.key === "Shift") return;
    if (!(event.shiftKey && event.key in MOVES)) lift();
    const busy = picture.stroke && !line; // a pointer draws: its stroke first
    if (!busy && !act(event)) return;
    ui.canvas.parentElement.classList.remove("pad-pointed");
    event.preventDefault();
    event.stopPropagation();
  });
  on("keyup", (event) => event.key === "Shift" && lift());
  on("blur", (event) => {
    lift();
    if (event.relatedTarget) ui.canvas.parentElement.classList.remove("pad-pointed");
  });
  signal.addEventListener("abort", lift);
  ui.cursor.style.translate = `${cell[0] * 100}% ${cell[1] * 100}%`;
}

function render(picture, model, el) {
  const abort = new AbortController();
  const { signal } = abort;
  const ui = build(el);
  const seen = ui.seen.getContext("2d");
  const view = {
    surface: new Surface(ui.canvas),
    show({ seq, blank, undoable }) {
      ui.canvas.dataset.seq = seq;
      ui.hint.hidden = !blank;
      ui.undo.setAttribute("aria-disabled", !undoable);
      ui.clear.setAttribute("aria-disabled", blank);
    },
  };
  const sample = (label) => model.send({ kind: "sample", label });
  // With the picture, because a message of this kind overtakes one that waits its turn.
  const save = () => {
    if (ui.label.value === "") {
      ui.note.textContent = "Choose the digit that you meant, then save.";
      ui.label.focus();
      return;
    }
    const label = Number(ui.label.value);
    model.send({ kind: "save", label, seq: picture.seq() }, undefined, [picture.shown.slice().buffer]);
    ui.label.value = ""; // the next drawing may be another digit
  };
  const listen = (element, act) => element.addEventListener("click", act, { signal });
  listen(ui.clear, () => picture.clear());
  listen(ui.undo, () => picture.undo());
  listen(ui.save, save);
  ui.samples.forEach((button, label) => listen(button, () => sample(label)));
  pointers(ui.canvas, picture, signal);
  keyboard(ui, picture, sample, signal);

  const sees = () => seen.putImageData(imageOf(bytesOf(model.get("seen"), 28 * 28), 28), 0, 0);
  const says = () => { ui.caption.textContent = model.get("caption"); };
  const notes = () => { ui.note.textContent = model.get("note"); };
  model.on("change:seen", sees);
  model.on("change:caption", says);
  model.on("change:note", notes);
  sees();
  says();
  notes();
  view.surface.repaint(picture.steps);
  picture.views.add(view);
  picture.mark();
  return () => {
    abort.abort();
    picture.views.delete(view);
    model.off("change:seen", sees);
    model.off("change:caption", says);
    model.off("change:note", notes);
  };
}

export default () => {
  let picture; // of this model; all its views share it
  const shared = (model) => (picture ??= new Picture(model));
  return {
    initialize: ({ model }) => { shared(model); },
    render: ({ model, el }) => render(shared(model), model, el),
  };
};
