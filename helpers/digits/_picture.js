// What is drawn: the ink, its history, and its way to Python. One Picture a model; every view shows the same one.
// pad.py joins this file and pad.js into one module: a widget's module cannot import a neighbour without a build.

const SIDE = 112; // pixels of the picture that Python gets
const WIDTH = 0.085 * SIDE; // the pen, as in brush.py
const KEPT = 60; // steps that can be undone

function context(side, options) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  return canvas.getContext("2d", options);
}

/** An image of ink, 0 to 255 a pixel, white on black. */
function imageOf(bytes, side) {
  const image = new ImageData(side, side);
  for (let i = 0; i < bytes.length; i++) {
    image.data[4 * i] = image.data[4 * i + 1] = image.data[4 * i + 2] = bytes[i];
    image.data[4 * i + 3] = 255;
  }
  return image;
}

/** A model's bytes as an array of its own, zeros where they do not fit. */
function bytesOf(view, length) {
  const bytes = new Uint8Array(length);
  if (view?.byteLength === length) bytes.set(new Uint8Array(view.buffer, view.byteOffset, length));
  return bytes;
}

/** The drawing at one resolution; `base` is what lies under the stroke that is being drawn. */
class Surface {
  constructor(canvas, options) {
    this.ctx = canvas.getContext("2d", options);
    this.base = context(canvas.width, options);
    this.scratch = context(SIDE);
    this.scale = canvas.width / SIDE;
  }
  repaint(steps) {
    const first = steps.findLastIndex((step) => step.bytes);
    this.scratch.putImageData(imageOf(steps[first].bytes, SIDE), 0, 0);
    this.ctx.drawImage(this.scratch.canvas, 0, 0, this.ctx.canvas.width, this.ctx.canvas.height);
    for (const step of steps.slice(first + 1)) this.line(step.points);
    this.base.drawImage(this.ctx.canvas, 0, 0);
  }
  /** The stroke so far, as one path: drawn piece by piece, its soft edges would add up and the ink get fatter. */
  live(points) {
    this.ctx.drawImage(this.base.canvas, 0, 0);
    this.line(points);
  }
  line(points) {
    const { ctx } = this;
    ctx.save();
    ctx.scale(this.scale, this.scale);
    ctx.strokeStyle = ctx.fillStyle = "white";
    ctx.lineWidth = WIDTH;
    ctx.lineCap = ctx.lineJoin = "round";
    ctx.beginPath();
    if (points.length === 1) {
      ctx.arc(...points[0], WIDTH / 2, 0, 2 * Math.PI); // a line to itself would leave no ink
      ctx.fill();
    } else {
      for (const point of points) ctx.lineTo(...point);
      ctx.stroke();
    }
    ctx.restore();
  }
  bytes() {
    const rgba = this.ctx.getImageData(0, 0, SIDE, SIDE).data;
    const bytes = new Uint8Array(SIDE * SIDE);
    for (let i = 0; i < bytes.length; i++) bytes[i] = rgba[4 * i];
    return bytes;
  }
}

/** What Python gets: 112 × 112, kept on the processor because it is read back for every push. */
const inked = () => new Surface(context(SIDE, { willReadFrequently: true }).canvas, { willReadFrequently: true });

/** A step of the history is a whole picture {bytes} or a stroke {points: [[x, y], …] in pixels of the picture}. */
class Picture {
  constructor(model) {
    this.model = model;
    this.views = new Set(); // each has a surface and show()
    this.ink = inked();
    this.steps = [{ bytes: bytesOf(model.get("pixels"), SIDE * SIDE) }];
    this.stroke = null; // the points of the stroke that is being drawn
    this.waiting = null; // a picture of Python's that came during a stroke
    this.mine = false; // whether a change of the model is our own
    this.pushed = 0; // the last seq that went to Python from here
    this.frame = 0;
    this.repaint();
    model.on("change:pixels", () => this.mine || this.arrived(bytesOf(model.get("pixels"), SIDE * SIDE)));
    model.on("change:seq", () => this.mark());
  }
  arrived(bytes) {
    if (this.stroke) {
      this.waiting = bytes;
      return;
    }
    this.add({ bytes });
    // Python raises seq before it sends a picture. Where that is not above ours, Python had not seen our last picture,
    // which is on its way and will replace the new one there, but not here: so send what is shown here.
    if (this.model.get("seq") <= this.pushed) this.push();
  }
  add(step) {
    this.steps.push(step);
    if (this.steps.length > KEPT) {
      const oldest = inked();
      oldest.repaint(this.steps.slice(0, 2));
      this.steps.splice(0, 2, { bytes: oldest.bytes() });
    }
    this.repaint();
  }
  begin(point) {
    this.end();
    this.stroke = [point];
    this.schedule();
  }
  extend(point) {
    const [x, y] = this.stroke.at(-1);
    if (x === point[0] && y === point[1]) return;
    this.stroke.push(point);
    this.schedule();
  }
  end() {
    if (!this.stroke) return;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const points = this.stroke;
    this.stroke = null;
    if (this.waiting) this.add({ bytes: this.waiting }); // the stroke then goes on top of it: neither is lost
    this.waiting = null;
    this.add({ points });
    this.push();
  }
  schedule() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      for (const surface of this.surfaces()) surface.live(this.stroke);
      if (this.model.get("live")) this.push();
      else this.mark();
    });
  }
  undo() {
    this.end();
    if (this.steps.length < 2) return;
    this.steps.pop();
    this.repaint();
    this.push();
  }
  clear() {
    this.end();
    if (this.blank()) return;
    this.add({ bytes: new Uint8Array(SIDE * SIDE) });
    this.push();
  }
  blank() {
    return !this.stroke && this.shown.every((ink) => ink === 0);
  }
  surfaces() {
    return [this.ink, ...[...this.views].map((view) => view.surface)];
  }
  repaint() {
    for (const surface of this.surfaces()) surface.repaint(this.steps);
    this.shown = this.ink.bytes();
    this.mark();
  }
  /** To Python. ipywidgets keeps one message in flight and sends the newest picture after it. */
  push() {
    this.shown = this.ink.bytes(); // a new array each time: an edit in place would not be a change to the model
    this.pushed = this.seq() + 1;
    this.mine = true;
    this.model.set("pixels", new DataView(this.shown.buffer));
    this.model.set("seq", this.pushed);
    this.mine = false;
    this.model.save_changes();
    this.mark();
  }
  /** The number of the picture that is shown. */
  seq() {
    return Math.max(this.pushed, this.model.get("seq"));
  }
  mark() {
    for (const view of this.views) view.show({ seq: this.seq(), blank: this.blank(), undoable: this.steps.length > 1 });
  }
}
