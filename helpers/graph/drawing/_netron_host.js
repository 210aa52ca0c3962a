// What Netron runs on inside the frame, in place of its browser.js: no telemetry, no consent box, no age limit, no
// network, no worker. It takes commands from the widget around the frame, and tells it what is clicked.
// Here `LAB` is what the page was made with, and `$require` gives a module of Netron.

const { View } = $require('./view.js');
const { BinaryStream } = $require('./base.js');
const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = 24; // pixels around what is brought into view
const READABLE = 0.75; // the least zoom at which names are read without effort
const SIDES = 16000; // pixels: a larger canvas is refused by browsers
const tell = (kind, more) => window.parent.postMessage({ graph: LAB.token, kind, ...more }, '*');

class Context {
  constructor(host, identifier, bytes) {
    Object.assign(this, { host, identifier, stream: new BinaryStream(bytes) });
  }
  async asset(file) { return this.host.asset(file); }
  async fetch(file) { throw new Error(`${file} is not part of this page`); } // weights beside the model stay there
  async require(id) { return this.host.require(id); }
  error(error, fatal) { this.host.exception(error, fatal); }
}

class Host {
  constructor() {
    this.window = window;
    this.document = document;
    this.version = LAB.version;
    this.type = 'Notebook'; // neither 'Browser' nor 'Electron': those load every format and listen for more
    this._kept = {};
    this._environment = {
      name: 'Netron', type: this.type, version: LAB.version, packaged: false, menu: true,
      serial: true, // the layout in this thread: a worker would need a URL
      repository: 'https://github.com/lutzroeder/netron',
      platform: /(Mac|iPhone|iPad)/i.test(navigator.platform) ? 'darwin' : undefined,
      agent: /safari/i.test(navigator.userAgent) && !/chrome/i.test(navigator.userAgent) ? 'safari' : '',
    };
  }
  async view(view) { this._view = view; }
  async start() { this._view.show('welcome spinner'); }
  environment(name) { return this._environment[name]; }
  async require(id) { return $require(`${id}.js`); }
  worker() { throw new Error('there is no worker in this page'); }
  async asset(file) {
    if (file in LAB.assets) return LAB.assets[file];
    throw new Error(`${file} is not part of this page`);
  }
  async save(name, extension, path) { return `${path}.${extension}`; }
  async export(file, blob) { this.exported(file, blob); }
  async execute(name) { if (name === 'about') this._view.about(); }
  openURL(url) { tell('link', { url: String(url) }); }
  exception(error) { tell('error', { text: String((error && error.message) || error) }); }
  event() {} // telemetry, in Netron's own hosts
  get(name) { return this._kept[name]; }
  set(name, value) { this._kept[name] = value; }
  delete(name) { delete this._kept[name]; }
  update() {}
  async message(text) { return text ? this.exception(text) : 0; } // said below the frame, where a screen reader finds it
}

const names = (list) => (list || []).flatMap((a) => (Array.isArray(a.value) ? a.value.map((v) => (v && v.name) || '') : []));

/** What a drawn thing is, in the words of ONNX. */
function describe({ value, class: role }) {
  if (value.type && value.type.name && value.outputs) {
    return {
      kind: 'node', name: names(value.outputs).find(Boolean) || value.name || '', operator: value.type.name,
      domain: value.type.module || '', inputs: names(value.inputs), outputs: names(value.outputs),
    };
  }
  const first = Array.isArray(value.value) ? value.value[0] || {} : value;
  const name = first.name || value.name || '';
  if (first.initializer) return { kind: 'initializer', name };
  if (!Array.isArray(value.value)) return { kind: 'tensor', name };
  return { kind: role === 'graph-input' ? 'input' : 'output', name };
}

/** Every drawn thing of a graph, those in opened subgraphs too, with the graph that it belongs to. */
function* drawn(graph) {
  for (const [value, shown] of graph._table) {
    yield [describe({ value, class: shown.class }), value, shown, graph];
    for (const block of shown.blocks || []) if (block.target && block.target._table) yield* drawn(block.target);
  }
}

class NotebookView extends View {
  overlay = {}; // node → { text, fill, ink, dashed, quiet }
  painted = false; // whether there is anything to take away
  commanded = false; // whether a selection comes from the widget, which then needs no telling
  properties = false; // whether Netron's own sidebar may open: the widget shows the same beside the frame

  get target() { return super.target; }
  set target(graph) {
    super.target = graph;
    if (!graph) return;
    listen(this, graph.constructor); // the class is not exported
    setTimeout(() => this.paint(), 0);
  }

  showNodeProperties(...given) { if (this.properties) super.showNodeProperties(...given); }
  showConnectionProperties(...given) { if (this.properties) super.showConnectionProperties(...given); }
  showTensorProperties(value, ...more) {
    if (this.properties) super.showTensorProperties(value, ...more);
    else this.select_(value); // Netron leaves that to its sidebar
  }

  /** A function of the file is opened, but not its documentation: Netron would make HTML of what the file says. */
  async showDefinition(type) {
    return type && Array.isArray(type.nodes) ? this.pushTarget(type) : super.showDefinition(type);
  }

  select_(value) {
    const found = [...drawn(this.target)].find((each) => each[1] === value);
    if (found) found[3].select([value], 'target');
  }

  find_(name) {
    const order = ['node', 'input', 'output', 'initializer', 'tensor'];
    const rank = ([{ kind }]) => order.indexOf(kind);
    const meant = ([what]) => what.name === name || (what.kind === 'node' && what.outputs.includes(name));
    return this.target ? [...drawn(this.target)].filter(meant).sort((a, b) => rank(a) - rank(b))[0] : undefined;
  }

  /** Select things by name and bring them into view; with `open`, the first one's properties too. */
  choose(list, open) {
    const found = list.map((name) => this.find_(name)).filter(Boolean);
    if (!this.target) return;
    this.commanded = true;
    this.properties = open;
    try {
      const graph = found.length ? found[0][3] : this.target;
      const values = found.filter((each) => each[3] === graph).map(([, value]) => value);
      const chosen = open && values.length ? graph.activate(values[0], 'target') : graph.select(values, 'target');
      this.target.scrollTo(chosen, 'instant');
    } finally {
      this.commanded = this.properties = false;
    }
  }

  paint() {
    if (!this.target) return;
    if (!this.painted && !Object.keys(this.overlay).length) return;
    this.painted = true;
    for (const badge of document.querySelectorAll('.lab-badge')) badge.remove();
    for (const painted of document.querySelectorAll('[data-painted]')) {
      delete painted.dataset.painted;
      painted.removeAttribute('style');
    }
    for (const [what, , shown] of drawn(this.target)) {
      const item = what.kind === 'node' && this.overlay[what.name];
      if (item && shown.element) paint(shown, item);
    }
  }

  /** The whole drawing as SVG text, and its size. */
  async picture() {
    const taken = new Promise((resolve) => { this.host.exported = (_, blob) => resolve(blob.text()); });
    await this.export('picture.svg');
    const svg = new DOMParser().parseFromString(await taken, 'image/svg+xml');
    // Netron writes its style sheet into each element, over what was painted.
    for (const painted of svg.querySelectorAll('[data-painted]')) {
      painted.setAttribute('style', `${painted.getAttribute('style') || ''}; ${painted.dataset.painted}`);
    }
    const side = (name) => Number(svg.documentElement.getAttribute(name));
    return { svg: new XMLSerializer().serializeToString(svg), width: side('width'), height: side('height') };
  }
}

function paint({ element, width }, { text, fill, ink, dashed, quiet }) {
  const styled = (node, style) => {
    node.dataset.painted = style;
    node.setAttribute('style', style);
  };
  if (fill) {
    for (const path of element.querySelectorAll(':scope > .node-item:not(.node-item-function) > path')) styled(path, `fill: ${fill}`);
    for (const label of element.querySelectorAll(':scope > .node-item:not(.node-item-function) > text')) styled(label, `fill: ${ink}`);
  }
  const border = element.querySelector(':scope > .node-border');
  if (dashed && border) styled(border, 'stroke-dasharray: 5 3; stroke-width: 2px');
  if (!text || quiet) return;
  const badge = document.createElementNS(SVG, 'text');
  badge.setAttribute('class', 'lab-badge edge-label');
  badge.setAttribute('x', width / 2 + 7); // beside the arrow that comes in
  badge.setAttribute('y', -4);
  badge.setAttribute('style', 'font: 600 11px sans-serif; pointer-events: none');
  badge.textContent = text;
  element.append(badge);
}

/** Hear of every change to what is selected, in the graph and in its opened subgraphs. */
function listen(view, Graph) {
  if (Object.hasOwn(Graph.prototype, 'heard')) return;
  const emit = Graph.prototype.emit;
  let pending = 0;
  Graph.prototype.heard = true;
  Graph.prototype.emit = function (event, ...more) {
    emit.call(this, event, ...more);
    if (event !== 'selectionchange' || view.commanded) return;
    clearTimeout(pending); // one click gives several: none, then the node
    pending = setTimeout(() => tell('select', { selection: Array.from(this.selection, describe) }), 0);
  };
}

/** Netron answers a click on a graph's input or output with the graph's properties and selects nothing: not here. */
function hearEnds(view) {
  document.addEventListener('click', (event) => {
    const item = event.target.closest && event.target.closest('.graph-item-input, .graph-item-output');
    const end = item && item.closest('g.node');
    const found = end && view.target && [...drawn(view.target)].find(([, , shown]) => shown.element === end);
    if (!found) return;
    event.stopPropagation();
    const [what, value, , graph] = found;
    view.commanded = true;
    graph.select([value], 'target');
    view.commanded = false;
    tell('select', { selection: [what] });
  }, true);
}

/** The theme is the notebook's, not the system's: Netron asks for the latter only. */
function theme(dark) {
  const turn = (rules) => {
    for (const rule of rules) {
      if (!(rule instanceof CSSMediaRule)) continue;
      rule.asked ??= rule.media.mediaText.includes('prefers-color-scheme');
      if (rule.asked) rule.media.mediaText = dark ? 'all' : 'not all';
    }
  };
  for (const sheet of document.styleSheets) turn(sheet.cssRules);
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
}

/** Netron puts the inputs in the middle of the frame; what comes after them is the more interesting half. */
function toStart() {
  const first = document.querySelector('.graph-input, .graph-node');
  const target = document.getElementById('target');
  if (first) target.scrollTop += first.getBoundingClientRect().top - target.getBoundingClientRect().top - MARGIN;
}

function fit(graph, least = 0) {
  const target = document.getElementById('target');
  const size = document.getElementById('origin').getBBox();
  const whole = Math.min(target.clientWidth / (size.width + 2 * MARGIN), target.clientHeight / (size.height + 2 * MARGIN));
  graph.zoom = Math.min(1.4, Math.max(least, whole));
  const place = document.getElementById('origin').getBoundingClientRect();
  const box = target.getBoundingClientRect();
  target.scrollTop += place.top + place.height / 2 - box.top - box.height / 2;
  target.scrollLeft += place.left + place.width / 2 - box.left - box.width / 2;
}

/** As much of the graph as can still be read, from its start. */
function begin(graph) {
  fit(graph, READABLE);
  toStart();
}

/** The height at which all of a graph is seen, and can still be read. */
const wanted = () => Math.ceil(READABLE * (document.getElementById('origin').getBBox().height + 2 * MARGIN));

/** Begin anew where the frame gets another size, until the reader has moved anything. */
function beginAgain(view) {
  let moved = false;
  for (const kind of ['pointerdown', 'wheel', 'keydown']) window.addEventListener(kind, () => { moved = true; }, true);
  window.addEventListener('resize', () => { if (!moved && view.target) begin(view.target); });
  return () => { moved = true; };
}

/** A tap that the page around the frame took, since a finger is the page's until then. */
function tap({ x, y }) {
  const hit = document.elementFromPoint(x, y);
  const more = { bubbles: true, cancelable: true, composed: true, clientX: x, clientY: y, pointerType: 'touch' };
  if (hit) hit.dispatchEvent(new PointerEvent('click', more));
}

/** A page with a drawing scrolls on under wheel and finger, until the reader clicks into the drawing. */
function calm() {
  const target = document.getElementById('target');
  let inside = false, touch = false;
  const turn = (now = inside) => {
    inside = now;
    target.style.overflow = inside || document.hasFocus() ? 'auto' : 'hidden';
  };
  window.addEventListener('click', (event) => { touch = event.pointerType === 'touch'; turn(true); }, true);
  document.documentElement.addEventListener('mouseleave', () => turn(false));
  window.addEventListener('focus', () => turn());
  window.addEventListener('blur', () => turn(inside && !touch)); // the notebook takes the focus back after a click
  turn();
}

async function png({ svg, width, height }, scale) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const fit = Math.min(scale, SIDES / width, SIDES / height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.floor(width * fit));
  canvas.height = Math.max(1, Math.floor(height * fit));
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return (await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))).arrayBuffer();
}

async function main() {
  // Else a graph that is drawn would take the keyboard from the cell that the learner writes in.
  const focus = HTMLElement.prototype.focus;
  HTMLElement.prototype.focus = function (...given) { if (document.hasFocus()) focus.apply(this, given); };
  const sheet = document.getElementById('grapher-css').sheet;
  Object.defineProperty(sheet, 'href', { value: 'page/grapher.css' }); // the export looks its rules up by this name
  document.documentElement.lang = 'en';
  document.getElementById('target').setAttribute('aria-label', 'Drawing of the graph; the list beside it says the same');

  const host = new Host();
  const view = new NotebookView(host);
  await view.start();
  hearEnds(view);
  calm();
  const hasMoved = beginAgain(view);

  const act = {
    theme: ({ dark }) => theme(dark),
    async open({ name, bytes }) {
      await view.open(new Context(host, name, new Uint8Array(bytes)));
      view.show(null);
      if (view.target) begin(view.target);
      tell('ready', { options: view.options, height: view.target ? wanted() : 0 });
    },
    choose({ names: list, open }) {
      if (list.length) hasMoved();
      view.choose(list, Boolean(open));
    },
    tap,
    overlay({ items }) {
      view.overlay = items;
      view.paint();
    },
    async toggle({ option }) {
      await view.toggle(option);
      tell('options', { options: view.options });
    },
    zoom({ by }) {
      hasMoved();
      if (view.target) view.target.zoom *= by;
    },
    fit() {
      hasMoved();
      if (view.target) fit(view.target);
    },
    find: () => view.find(),
    async picture({ asked, scale, as }) {
      const drawing = await view.picture();
      const bytes = as === 'svg' ? new TextEncoder().encode(drawing.svg).buffer : await png(drawing, scale);
      tell('picture', { asked, as, bytes });
    },
  };
  let last = Promise.resolve(); // one command after the other
  window.addEventListener('message', ({ source, data }) => {
    if (source !== window.parent || !data || data.graph !== LAB.token || !Object.hasOwn(act, data.kind)) return;
    last = last.then(() => act[data.kind](data)).catch((error) => host.exception(error));
  });
  tell('loaded');
}

main().catch((error) => tell('error', { text: String(error.message || error) }));
