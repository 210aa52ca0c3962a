// The board's table. Rows are kept by engine and changed in place, so that sixty updates a second stay cheap; whatever
// comes from an engine or a model goes through textContent, so that markup in it is never executed.

const DIGITS = [...Array(10).keys()];
const WORDS = { unavailable: "unavailable", failed: "failed", crashed: "crashed", building: "building" };

const percent = (p) => (Number.isFinite(p) ? `${(100 * p).toFixed(1)} %` : `${p}`);

function time(seconds) {
  if (!Number.isFinite(seconds)) return seconds == null ? "" : `${seconds}`;
  const [value, unit] = seconds < 1e-3 ? [seconds * 1e6, "µs"] : seconds < 1 ? [seconds * 1e3, "ms"] : [seconds, "s"];
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

function difference(error) {
  if (!Number.isFinite(error)) return error == null ? "" : `${error}`;
  if (error === 0) return "0";
  return error < 0.01 ? error.toExponential(0) : `${Number(error.toPrecision(2))}`;
}

/** Change what differs, nothing else: an unchanged text costs no layout and a screen reader no word. */
function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

function attribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function newRow(engine) {
  const span = (className, props) => make("span", { className, ...props });
  const part = {
    dot: span("board-dot", { "aria-hidden": "true" }),
    name: span("board-name"),
    detail: span("board-detail"),
    differs: span("board-differs", { textContent: "differs" }),
    digit: span("board-digit"),
    sure: span("board-sure"),
    bars: make("div", { className: "board-bars", role: "img" }, ...DIGITS.map(() => make("i"))),
    seconds: span("board-seconds"),
    p50: make("td", { className: "board-number board-p50" }),
    under: span("board-under", { "aria-hidden": "true" }), // p50 again, where its column has no room
    below: span("board-below", { "aria-hidden": "true" }), // the error again, where its column has no room
    error: make("td", { className: "board-number board-error" }),
    spinner: span("board-spinner", { "aria-hidden": "true" }),
    word: make("b"),
    progress: make("progress", { max: 1, "aria-label": `building ${engine}` }),
    why: span("board-why"),
    remedy: span("board-remedy"),
  };
  part.chances = make("td", { className: "board-chances" }, part.bars);
  part.message = make("td", { className: "board-message" },
    part.spinner, part.word, " ", part.progress, part.why, " ", part.remedy);
  part.time = make("td", { className: "board-number board-time" }, part.seconds, part.under, part.below);
  part.tr = make("tr", {},
    make("th", { scope: "row" }, part.dot, part.name, " ", part.differs, part.detail),
    make("td", { className: "board-answer" }, part.digit, part.sure),
    part.chances, part.time, part.p50, part.error, part.message);
  part.tr.dataset.engine = engine;
  part.name.textContent = engine;
  return part;
}

/** "7: 99.8 %, 9: 0.1 %": the likeliest three, without those that round to nothing. */
function likeliest(probabilities) {
  const order = DIGITS.filter((n) => !(probabilities[n] < 0.0005)).sort((a, b) => probabilities[b] - probabilities[a]);
  return order.slice(0, 3).map((n) => `${n}: ${percent(probabilities[n])}`).join(", ");
}

function paintChances(part, row) {
  const chances = row.probabilities ?? [];
  [...part.bars.children].forEach((bar, n) => {
    const share = Math.min(Math.max(Number.isFinite(chances[n]) ? chances[n] : 0, 0), 1);
    const height = `${(100 * share).toFixed(1)}%`;
    if (bar.style.height !== height) bar.style.height = height;
    bar.classList.toggle("board-top", n === row.answer);
  });
  attribute(part.bars, "aria-label", chances.length ? likeliest(chances) : "no answer yet");
}

function paintMessage(part, row) {
  const { state } = row;
  const why = row.text || (state === "starting" ? "starting…" : "");
  const word = /^cannot\b/.test(why) ? "" : WORDS[state] ?? "";
  const known = Number.isFinite(row.progress);
  part.spinner.hidden = state !== "starting";
  part.progress.hidden = state !== "building";
  if (known) part.progress.value = row.progress;
  else part.progress.removeAttribute("value");
  const done = state === "building" && known ? `${Math.round(100 * row.progress)} %` : "";
  text(part.word, word);
  text(part.why, [done, why].filter(Boolean).join(" · "));
  text(part.remedy, row.remedy ?? "");
}

/** What the benchmark measured, where it did. */
function paintP50(part, row) {
  const p50 = Number.isFinite(row.p50) ? time(row.p50) : "";
  const said = p50 && `in the benchmark: median ${p50}`;
  for (const place of [part.p50, part.under]) {
    text(place, p50);
    attribute(place, "title", said);
  }
  attribute(part.p50, "aria-label", said);
}

/** A row; `measured` says whether there is a column for p50. */
function paintRow(part, row, measured) {
  const speaks = row.state === "answered" || row.state === "idle";
  const answered = row.state === "answered" && row.answer != null;
  part.dot.style.backgroundColor = row.colour ?? ""; // a colour, or the browser ignores it
  part.bars.style.color = row.colour ?? "";
  text(part.detail, row.detail ?? "");
  attribute(part.detail, "title", speaks ? row.text ?? "" : ""); // what to know of its answers; the sentence says it too
  part.differs.hidden = !row.odd;
  text(part.digit, answered ? `${row.answer}` : "–");
  text(part.sure, answered && row.probabilities ? percent(row.probabilities[row.answer]) : "");
  for (const cell of [part.chances, part.time, part.error]) cell.hidden = !speaks;
  part.p50.hidden = !speaks || !measured;
  part.message.hidden = speaks;
  attribute(part.message, "colspan", measured ? "4" : "3");
  if (speaks) paintChances(part, row);
  else paintMessage(part, row);
  paintP50(part, row);
  text(part.seconds, answered ? time(row.seconds) : "");
  for (const place of [part.error, part.below]) text(place, answered ? difference(row.error) : "");
  // Read by those who wait for an answer, so it comes after everything else is painted.
  const { dataset } = part.tr;
  dataset.odd = !!row.odd;
  dataset.state = row.state;
  dataset.answer = row.answer ?? "";
  dataset.seq = row.seq ?? "";
}

function build(el) {
  const head = (words, className = "") => make("th", { scope: "col", className }, words);
  const axis = make("div", { className: "board-axis" }, ...DIGITS.map((n) => make("span", { textContent: n })));
  axis.setAttribute("aria-label", "probability of each digit");
  axis.setAttribute("role", "img");
  const benchmark = "median that the benchmark measured";
  // Names of what stands below the time of the call, where its own column has no room.
  const lower = (className, textContent) => make("span", { className, textContent, "aria-hidden": "true" });
  const ui = {
    p50: head("p50", "board-number board-p50"),
    under: lower("board-under", "p50"),
    error: head("error", "board-number board-error"),
    body: make("tbody"),
    sentence: make("p", { className: "board-sentence", "aria-live": "polite" }),
    note: make("p", { className: "board-note" }),
  };
  ui.p50.title = ui.under.title = benchmark;
  const now = head("this call", "board-number board-time");
  now.append(ui.under, lower("board-below", "error"));
  const heads = [head("engine", "board-engine"), head("answer", "board-answer"), head(axis, "board-chances"),
    now, ui.p50, ui.error];
  el.classList.add("onnx-lab-board");
  ui.table = make("table", {}, make("caption", { textContent: "What each engine answers" }),
    make("thead", {}, make("tr", {}, ...heads)), ui.body);
  el.append(ui.table, ui.sentence, ui.note);
  return ui;
}

function render({ model, el }) {
  const abort = new AbortController();
  const ui = build(el);
  const parts = new Map(); // by engine
  let frame = 0;

  function paintRows() {
    const rows = model.get("rows");
    const names = new Set(rows.map((row) => row.engine));
    for (const [name, part] of parts) {
      if (names.has(name)) continue;
      part.tr.remove();
      parts.delete(name);
    }
    const measured = rows.some((row) => Number.isFinite(row.p50));
    ui.p50.hidden = ui.under.hidden = !measured;
    ui.table.classList.toggle("board-measured", measured);
    rows.forEach((row, i) => {
      if (!parts.has(row.engine)) parts.set(row.engine, newRow(row.engine));
      const part = parts.get(row.engine);
      if (ui.body.children[i] !== part.tr) ui.body.insertBefore(part.tr, ui.body.children[i] ?? null);
      paintRow(part, row, measured);
    });
  }
  function paintNote() {
    const parts = model.get("note").split("`"); // every other one is code
    ui.note.replaceChildren(...parts.map((words, i) => (i % 2 ? make("code", { textContent: words }) : words)));
  }
  function paint() {
    frame = 0;
    paintRows();
    text(ui.sentence, model.get("sentence"));
    const reference = model.get("reference");
    ui.error.title = reference ? `largest difference to ${reference}, relative to its largest score` : "";
  }
  const later = () => { frame ||= requestAnimationFrame(paint); }; // more than one a frame would be painted for nobody

  // Numbers of a bar under the pointer; worked out only then.
  ui.body.addEventListener("pointerover", (event) => {
    const bar = event.target.closest?.(".board-bars > i");
    const row = bar && model.get("rows").find(({ engine }) => engine === bar.closest("tr").dataset.engine);
    if (!row?.probabilities) return;
    const digit = [...bar.parentElement.children].indexOf(bar);
    bar.title = `${digit}: ${percent(row.probabilities[digit])}`;
  }, { signal: abort.signal });
  for (const name of ["rows", "sentence", "reference"]) model.on(`change:${name}`, later);
  model.on("change:note", paintNote); // once, so that it need not wait for a frame
  paintNote();
  paint();
  return () => {
    abort.abort();
    cancelAnimationFrame(frame);
    for (const name of ["rows", "sentence", "reference"]) model.off(`change:${name}`, later);
    model.off("change:note", paintNote);
  };
}

export default { render };
