// The page is whole without this. It enlarges pictures, hides lines of drawings, tells their values, and unfolds what is printed.
"use strict";

// --- enlarging ---

for (const picture of document.querySelectorAll(".picture")) {
  const button = picture.querySelector(".enlarge");
  const words = button.textContent;
  const enlarge = (on) => {
    picture.classList.toggle("enlarged", on);
    document.body.classList.toggle("behind", on);
    button.textContent = on ? "Close" : words;
    button.focus();
  };
  const turn = () => enlarge(!picture.classList.contains("enlarged"));
  picture.querySelector(".tools").hidden = false;
  button.addEventListener("click", turn);
  picture.querySelector("img, svg").addEventListener("click", turn);
  picture.addEventListener("keydown", (event) => event.key === "Escape" && enlarge(false));
}

// --- lines of a drawing, which belong together where they have the same colour ---

const BARE = ["none", "rgb(255, 255, 255)"];

function colour(mark) {
  const { fill, stroke } = mark.style; // what SVG takes for granted is left out
  return [fill || "rgb(0, 0, 0)", stroke || "none"].find((paint) => !BARE.includes(paint));
}

function marks(part) {
  return [...part.querySelectorAll("path, use")].filter((mark) => !mark.closest("defs") && colour(mark));
}

// What a legend calls each colour: Matplotlib leaves the text as a comment, after the mark that it explains.
function legend(drawing) {
  const labels = new Map();
  for (const box of drawing.querySelectorAll('[id*="-legend_"]')) {
    let explained;
    for (const part of box.children) {
      const text = [...part.childNodes].find((node) => node.nodeType === Node.COMMENT_NODE);
      if (!text) explained = marks(part).map(colour)[0];
      else if (explained) labels.set(explained, [...(labels.get(explained) ?? []), text.data.trim()]);
    }
  }
  return labels;
}

// What a panel shows: all but its background and its axes.
function shown(panel) {
  const parts = [...panel.children].filter((part) => !/-(patch|matplotlib\.axis|text|legend)_/.test(part.id));
  return parts.flatMap(marks);
}

function switches(drawing, labels, lines) {
  const used = new Set(lines.map(colour));
  return [...labels].filter(([paint]) => used.has(paint)).map(([paint, names]) => {
    const button = document.createElement("button");
    const swatch = document.createElement("span");
    swatch.style.background = paint;
    button.type = "button";
    button.ariaPressed = "true";
    button.append(swatch, names.join(", "));
    button.addEventListener("click", () => {
      const on = button.ariaPressed !== "true";
      button.ariaPressed = String(on);
      for (const line of lines) if (colour(line) === paint) line.style.visibility = on ? "" : "hidden";
    });
    return button;
  });
}

// --- values at the pointer ---

const NEAR = 8; // points, as the drawing measures

function points(mark) {
  if (mark.localName === "use") return [[mark.x.baseVal.value, mark.y.baseVal.value]];
  const numbers = mark.getAttribute("d").match(/-?[\d.]+(?:e-?\d+)?/g).map(Number);
  return numbers.flatMap((number, at) => (at % 2 ? [] : [[number, numbers[at + 1]]]));
}

// A value between the two places along an axis which a fraction of its length is between.
function between(values, fraction) {
  const at = Math.min(Math.max(fraction, 0), 1) * (values.length - 1);
  const before = Math.min(Math.floor(at), values.length - 2);
  const value = values[before] + (at - before) * (values[before + 1] - values[before]);
  const none = values[0] < 0 && Math.abs(value) < 1e-6 * Math.abs(values[0]); // coordinates are rounded, 0 among them
  return none ? 0 : value;
}

function nearest(lines, { x, y }) {
  let found = { distance: NEAR };
  for (const line of lines) {
    if (line.style.visibility === "hidden") continue;
    line.points ??= points(line);
    for (const point of line.points) {
      const distance = Math.hypot(point[0] - x, point[1] - y);
      if (distance < found.distance) found = { distance, point, line };
    }
  }
  return found.line && found;
}

function reading(panel, labels, pointer) {
  const found = nearest(panel.lines, pointer);
  if (!found) return "";
  const [x, y] = found.point;
  const { box, values } = panel;
  const read = [between(values.x, (x - box.x) / box.width), between(values.y, (box.y + box.height - y) / box.height)];
  const written = read.map((value) => String(Number(value.toPrecision(3))).replace("-", "−")).join(", ");
  return `${(labels.get(colour(found.line)) ?? []).join(", ")} (${written})`.trim();
}

const value = document.body.appendChild(document.createElement("output"));
value.className = "value";
value.hidden = true;

function tell(drawing, panels, labels) {
  drawing.addEventListener("pointermove", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    const inside = ({ box }) => at.x >= box.x && at.x <= box.x + box.width && at.y >= box.y && at.y <= box.y + box.height;
    const panel = panels.find(inside);
    value.textContent = panel ? reading(panel, labels, at) : "";
    value.hidden = !value.textContent;
    value.style.left = `${Math.min(event.clientX + 12, innerWidth - value.offsetWidth - 4)}px`;
    value.style.top = `${event.clientY + 16}px`;
  });
  drawing.addEventListener("pointerleave", () => (value.hidden = true));
}

for (const drawing of document.querySelectorAll(".picture svg")) {
  const labels = legend(drawing);
  const named = Object.entries(JSON.parse(drawing.dataset.values));
  const panels = named.flatMap(([name, values]) => {
    const panel = drawing.querySelector(`[id$="-${name}"]`);
    return panel ? [{ values, lines: shown(panel), box: panel.querySelector('[id*="-patch_"]').getBBox() }] : [];
  });
  const lines = panels.flatMap((panel) => panel.lines);
  drawing.parentElement.querySelector(".tools").append(...switches(drawing, labels, lines));
  tell(drawing, panels, labels);
}

// --- printing ---

let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of folded) details.open = false;
});
