// The drawing and what stands beside it: a bar of buttons, the list of nodes, the details of what is selected.
// The frame holds Netron (_netron.py); nothing of a model is ever HTML here: it all goes through text nodes.

const OPTIONS = [["attributes", "Attributes"], ["weights", "Weights"], ["names", "Names"], ["direction", "Sideways"]];
const PATIENCE = 20000; // milliseconds until a frame that says nothing is given up
const TALLEST = 740; // pixels that a frame grows to where the whole graph can then be read
const LATE = "The drawing does not come; the list says the same.";

const isDark = () => {
  const told = document.body.dataset.jpThemeLight;
  return told ? told === "false" : matchMedia("(prefers-color-scheme: dark)").matches;
};

/** The frame: commands in, events out. Others on the page cannot speak in its place, and do not know its token. */
class Frame {
  constructor(page, token, height, hear) {
    this.token = token;
    this.inner = make("iframe", { sandbox: "allow-scripts", title: "Drawing of the graph" });
    this.cover = make("div", { className: "graph-cover" }, make("span", { textContent: "Tap to move the drawing" }));
    this.element = make("div", { className: "graph-frame" }, this.inner, this.cover);
    this.cover.addEventListener("click", ({ offsetX: x, offsetY: y }) => this.enter(x, y));
    this.outside = ({ target }) => { if (!this.element.contains(target)) this.cover.hidden = false; };
    document.addEventListener("pointerdown", this.outside, true);
    this.tall(height);
    this.hear = ({ source, data }) => {
      if (source === this.inner.contentWindow && data?.graph === token) hear(data);
    };
    window.addEventListener("message", this.hear);
    this.inner.srcdoc = page;
  }
  tall(pixels) {
    this.element.style.height = `${pixels}px`;
  }
  /** A finger that moves over a frame never moves the page; so a cover lies on it until the reader taps. */
  enter(x, y) {
    this.cover.hidden = true;
    this.say("tap", { x, y });
  }
  focus() {
    this.cover.hidden = true;
    this.inner.focus();
  }
  say(kind, more = {}) {
    this.inner.contentWindow?.postMessage({ graph: this.token, kind, ...more }, "*");
  }
  close() {
    window.removeEventListener("message", this.hear);
    document.removeEventListener("pointerdown", this.outside, true);
  }
}

/** The nodes as a table: the same as the drawing, for keys and ears. */
class Nodes {
  constructor(choose) {
    this.choose = choose;
    this.body = make("tbody");
    this.value = make("th", { scope: "col", textContent: "" });
    this.element = make("div", { className: "graph-nodes" },
      make("table", { role: "grid", "aria-label": "Nodes of the graph; arrow keys move, and select" },
        make("thead", {}, make("tr", {}, make("th", { scope: "col", textContent: "operator" }),
          make("th", { scope: "col", textContent: "makes" }), this.value)),
        this.body));
    this.body.addEventListener("click", ({ target }) => this.go(target.closest("tr")));
    this.body.addEventListener("keydown", (event) => {
      const rows = this.rows();
      const at = rows.indexOf(event.target.closest("tr"));
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, Enter: at, " ": at }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation(); // JupyterLab would move to another cell
      this.go(rows[Math.min(Math.max(to, 0), rows.length - 1)]);
    });
  }
  rows() {
    return [...this.body.rows].filter((row) => row.node); // what is not a node cannot be selected
  }
  go(row) {
    if (!row?.node) return;
    row.focus();
    this.choose(row.node);
  }
  show(nodes, { title = "", items = {}, beside = [] }) {
    this.value.textContent = title || "type";
    this.body.replaceChildren(...nodes.map((node) => {
      const { text = "", fill = "", ink = "" } = title ? items[node.name] ?? {} : { text: node.type };
      const cell = make("td", { className: "graph-value", textContent: text, title: text });
      Object.assign(cell.style, fill ? { background: fill, color: ink } : {});
      const row = make("tr", { tabIndex: -1 }, make("td", { textContent: node.operator }),
        make("td", { textContent: node.where ? `${node.where}: ${node.name}` : node.name, title: `${node.name}: ${node.type}` }), cell);
      row.node = node;
      return row;
    }), ...beside.map(([what, text]) => make("tr", { className: "graph-beside" },
      make("td", { colSpan: 2, textContent: what, title: `${what}: no node of the file` }),
      make("td", { className: "graph-value", textContent: text }))));
    if (this.body.rows[0]) this.body.rows[0].tabIndex = 0; // one stop for the Tab key, wherever the selection is
    this.mark(this.marked ?? []);
  }
  mark(names) {
    this.marked = names;
    for (const row of this.rows()) {
      const on = names.includes(row.node.name);
      row.setAttribute("aria-selected", on);
      if (!on) continue;
      for (const other of this.rows()) other.tabIndex = other === row ? 0 : -1;
      const [box, place] = [this.element.getBoundingClientRect(), row.getBoundingClientRect()];
      if (place.top < box.top || place.bottom > box.bottom) this.element.scrollTop += place.top - box.top - box.height / 2;
    }
  }
}

/** What is known of what is selected. */
function details(element, told, choose) {
  const link = (value) => (value.name
    ? make("button", { type: "button", className: "graph-link", textContent: value.text, onclick: () => choose(value.name) }) : value);
  const entry = ({ term, value, text }) => [
    make("dt", {}, term),
    make("dd", {}, ...[value].flat().map(link), ...(text ? [make("p", { textContent: text })] : [])),
  ];
  const section = ({ title, entries }) => [
    make("h4", { textContent: title }), make("dl", {}, ...entries.flatMap(entry)),
  ];
  const drawn = [];
  if (told.tiles) {
    const canvas = make("canvas");
    drawTiles(canvas, told.tiles, { room: 280 });
    drawn.push(canvas, make("p", { className: "graph-small", textContent: told.tiles.label }));
  }
  if (told.histogram) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawHistogram(svg, told.histogram);
    drawn.push(svg, make("p", { className: "graph-small", textContent: told.histogram.label }));
  }
  const page = told.page
    ? [make("a", { href: told.page, target: "_blank", rel: "noopener noreferrer", textContent: "the standard's page" })] : [];
  element.replaceChildren(
    make("h3", { textContent: told.title ?? "" }), ...(told.text ? [make("p", { textContent: told.text })] : []),
    ...drawn, ...(told.sections ?? []).flatMap(section), ...page);
}

function legend(element, { title, stops, low, high, words = [], sentence = "", note = "" }) {
  const chip = ([word, fill]) => {
    const mark = make("span", { className: "graph-chip" });
    mark.style.background = fill;
    return make("span", { className: "graph-word" }, mark, word);
  };
  const ramp = make("span", { className: "graph-ramp", "aria-hidden": "true" });
  if (stops) ramp.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  element.replaceChildren(
    ...(title ? [make("strong", { textContent: title })] : []),
    ...(stops ? [make("span", { textContent: low }), ramp, make("span", { textContent: high })] : []),
    ...words.map(chip),
    ...(sentence ? [make("p", { textContent: sentence })] : []),
    ...(note ? [make("p", { className: "graph-small", textContent: note })] : []));
}

function download(bytes, name, type) {
  const link = make("a", { download: name, href: URL.createObjectURL(new Blob([bytes], { type })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function render({ model, el }) {
  const began = performance.now();
  const abort = new AbortController();
  const { signal } = abort;
  const get = (name) => model.get(name);
  const button = (text, label, onclick) => make("button", { type: "button", textContent: text, title: label, "aria-label": label, onclick });
  const said = make("div", { className: "graph-said", role: "status" });
  const keys = make("div", { className: "graph-legend" });
  const told = make("div", { className: "graph-details", role: "region", "aria-label": "Details of the selection", "aria-live": "polite" });
  let here = false; // whether a selection was made in this frame, which then shows it already
  let ready = false;
  const pick = (selection, inFrame = false) => {
    here = inFrame;
    model.set("selection", selection);
    model.save_changes();
    here = false;
  };
  const nodes = new Nodes((node) => pick([{ kind: "node", name: node.name, operator: node.operator, where: node.where }]));
  const choose = (name) => model.send({ kind: "open", name });

  const paint = () => {
    if (!frame || !ready) return;
    frame.say("overlay", { items: get("painted").items ?? {} });
    photograph();
  };
  const list = () => {
    nodes.show(get("nodes"), get("painted"));
    legend(keys, get("painted"));
  };
  const mark = () => {
    const names = get("selection").map((each) => each.name);
    nodes.mark(names);
    if (frame && ready && !here) frame.say("choose", { names });
  };
  const file = (as) => `${get("name").replace(/\.onnx$/, "")}.${as}`;
  let waiting = 0;
  const photograph = () => { // for readers of the saved notebook, who have no kernel
    clearTimeout(waiting);
    if (get("_keeps_picture")) waiting = setTimeout(() => frame?.say("picture", { asked: "kept", as: "png", scale: 1.5 }), 400);
  };

  const toggles = OPTIONS.map(([option, text]) => {
    const toggle = button(text, `Show ${text.toLowerCase()}`, () => frame.say("toggle", { option }));
    toggle.setAttribute("aria-pressed", "false");
    return toggle;
  });
  const options = ({ options: now }) => OPTIONS.forEach(([option], i) =>
    toggles[i].setAttribute("aria-pressed", String(now[option] === true || now[option] === "horizontal")));

  const hear = {
    loaded() {
      frame.say("theme", { dark: isDark() });
      const data = get("_bytes");
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
      frame.say("open", { name: get("name"), bytes });
    },
    options,
    ready(told) {
      ready = true;
      options(told);
      if (get("_grows") && told.height > get("height") && told.height <= TALLEST) tall(told.height);
      seen?.disconnect();
      clearTimeout(giveUp);
      if (said.textContent === LATE) said.textContent = "";
      el.dataset.drawn = Math.round(performance.now() - began); // milliseconds; tests and benchmark wait for it
      paint();
      if (get("selection").length) mark();
    },
    select: ({ selection }) => pick(selection, true),
    error({ text }) { said.textContent = `Netron: ${text}`; model.send({ kind: "problem", text }); },
    link({ url }) { if (/^https?:/.test(url)) window.open(url, "_blank", "noopener,noreferrer"); },
    picture({ asked, as, bytes }) {
      if (asked === "download") download(bytes, file(as), as === "svg" ? "image/svg+xml" : "image/png");
      else model.send({ kind: "picture", asked, as }, undefined, [bytes]);
    },
  };
  const frame = get("_page")
    ? new Frame(get("_page"), get("_token"), get("height"), (data) => Object.hasOwn(hear, data.kind) && hear[data.kind](data)) : null;
  let giveUp = 0;
  // Frames that are off screen are given no time, so the wait begins when the reader sees it.
  const seen = frame && new IntersectionObserver((entries) => {
    clearTimeout(giveUp);
    if (entries.at(-1).isIntersecting && !ready) giveUp = setTimeout(() => { said.textContent = LATE; }, PATIENCE);
  });
  seen?.observe(el);

  const select = make("select", { "aria-label": "Paint on each node" },
    ...get("paints").map(({ value, text }) => make("option", { value, textContent: text })));
  const own = make("option", { value: "own", hidden: true }); // what Python paints, and the list does not offer
  const listed = () => {
    own.textContent = get("painted").title ?? "";
    own.hidden = !own.textContent || Boolean(get("painting"));
    select.value = own.hidden ? get("painting") : "own";
  };
  select.append(own);
  listed();
  select.addEventListener("change", () => model.send({ kind: "paint", what: select.value }));
  const tools = frame ? [
    button("Fit", "Show the whole graph", () => frame.say("fit")),
    button("+", "Zoom in", () => frame.say("zoom", { by: 1.2 })),
    button("−", "Zoom out", () => frame.say("zoom", { by: 1 / 1.2 })),
    ...toggles,
    button("Find", "Find by name in the drawing", () => { frame.focus(); frame.say("find"); }),
    button("SVG", "Save the drawing as SVG", () => frame.say("picture", { asked: "download", as: "svg" })),
    button("PNG", "Save the drawing as PNG", () => frame.say("picture", { asked: "download", as: "png", scale: 2 })),
  ] : [];
  const text = make("details", { className: "graph-text" }, make("summary", { textContent: "The graph as text" }), make("pre", { textContent: get("text") }));
  const tall = (pixels) => {
    frame?.tall(pixels);
    nodes.element.style.maxHeight = `${Math.round(pixels * 0.45)}px`;
  };
  tall(get("height"));
  el.classList.add("onnx-lab-graph");
  el.append(
    make("div", { className: "graph-bar", role: "toolbar", "aria-label": "Drawing" }, make("label", {}, "paint ", select), ...tools),
    make("div", { className: "graph-body" }, ...(frame ? [frame.element] : []),
      make("div", { className: "graph-side" }, nodes.element, told)),
    keys, said, text);

  const show = () => details(told, get("detail"), choose);
  const on = (name, act) => {
    model.on(name, act);
    signal.addEventListener("abort", () => model.off(name, act));
  };
  on("change:painted", () => { paint(); list(); });
  on("change:painted", listed);
  on("change:painting", listed);
  on("change:selection", mark);
  on("change:detail", show);
  on("change:status", () => { said.textContent = get("status"); });
  on("msg:custom", (message) => {
    if (message.kind === "picture") frame?.say("picture", message);
    if (message.kind === "open") frame?.say("choose", { names: [message.name], open: true });
  });
  const watch = new MutationObserver(() => {
    frame?.say("theme", { dark: isDark() });
    show();
  });
  watch.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  said.textContent = get("status");
  list();
  show();
  return () => {
    abort.abort();
    watch.disconnect();
    seen?.disconnect();
    clearTimeout(giveUp);
    clearTimeout(waiting);
    frame?.close();
  };
}

export default { render };
