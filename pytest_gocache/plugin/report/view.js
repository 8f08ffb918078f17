// Builds elements. Text only ever becomes text: no name can become markup.
const SVG = "http://www.w3.org/2000/svg";
const PAGE = 100; // rows that a table shows at once

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}
const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
// Characters that change the order or the look of what is around them are shown as escapes.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const visible = (text) => text.replace(HIDDEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
const named = (given, text = visible(given)) => (text.length > 300 ? h("span", { class: "long", tabindex: 0, role: "group", "aria-label": "long name" }, h("bdi", {}, text)) : h("bdi", {}, text));
const scroll = (label, ...children) => h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, ...children);
const verdict = (outcome) => h("span", { class: outcome === "failed" ? "bad" : outcome === "passed" ? "good" : "faint" }, outcome || "not ended");

// Appends the first items, and a button that appends the next ones.
function lazily(parent, items, make, after = parent) {
  let shown = 0;
  const more = h("button", { type: "button", onclick: () => next() });
  function next() {
    parent.append(...items.slice(shown, shown + PAGE).map(make));
    shown = Math.min(items.length, shown + PAGE);
    more.textContent = `Show ${Math.min(PAGE, items.length - shown)} of ${count(items.length - shown)} more`;
    if (shown === items.length) more.remove();
  }
  if (items.length > PAGE) after.after(more);
  next();
}

// A table. Columns are [title, cell of an item, whether it is a number].
function table(caption, columns, items, current = () => false) {
  const body = h("tbody");
  const head = columns.map(([title, , number]) => h("th", { scope: "col", class: number ? "n" : null }, title));
  const whole = scroll(caption, h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, head)), body));
  const make = (item) =>
    h("tr", { "aria-current": current(item) ? "true" : null }, columns.map(([, cell, number]) => fill(h("td", { class: number ? "n" : null }), {}, [cell(item)])));
  const holder = h("div", {}, whole);
  lazily(body, items, make, whole);
  return holder;
}

function glance(pairs) {
  return h("dl", { class: "glance" }, pairs.map(([name, value, kind]) => h("div", {}, h("dt", {}, name), h("dd", { class: kind || null }, value))));
}

function difference(inputs) {
  return inputs.map((input) => {
    const lines = [];
    if (input.diff && input.diff.length) for (const line of input.diff) lines.push([line[0] === "-" ? "minus" : line[0] === "+" ? "plus" : null, line]);
    else {
      if (input.old !== null) lines.push(["minus", `- ${input.old}`]);
      if (input.new !== null) lines.push(["plus", `+ ${input.new}`]);
    }
    const spans = lines.map(([kind, line]) => h("span", { class: kind }, `${visible(line)}\n`));
    return h("div", {}, h("div", { class: "faint" }, named(input.name || input.kind)), h("pre", { tabindex: 0, role: "region", "aria-label": `what changed: ${input.name || input.kind}`.slice(0, 200) }, spans));
  });
}

const kindClass = (kind) => (["compile", "link", "vet", "test", "facts"].includes(kind) ? kind : "other");

// The actions of a command in time: a lane for what runs at the same time. Cached ones are thin.
function timeline(command, shown, zoom, width) {
  const last = shown.reduce((most, one) => Math.max(most, one.started + one.took), Math.max(command.seconds, 0.001));
  const wide = Math.max(300, Math.round(width * zoom));
  const lanes = shown.reduce((most, one) => Math.max(most, one.lane + 1), 1);
  const path = new Set(command.path);
  const high = 16;
  const x = (time) => (time / last) * wide;
  const picture = svg("svg", { class: "timeline", width: wide, height: lanes * high + 22, role: "img" });
  picture.append(svg("title", {}, `${plural(shown.length, "action")} in ${plural(lanes, "lane")}, ${seconds(last)}; the table below has the numbers`));
  const step = 10 ** Math.floor(Math.log10(last)) / (last / 10 ** Math.floor(Math.log10(last)) < 3 ? 5 : 1);
  for (let at = 0; at <= last; at += step) {
    picture.append(svg("line", { class: "tick", x1: x(at), x2: x(at), y1: 0, y2: lanes * high }));
    picture.append(svg("text", { x: x(at) + 3, y: lanes * high + 15 }, seconds(at)));
  }
  for (const one of shown) {
    const tall = one.ran ? high - 3 : 4;
    picture.append(
      svg(
        "rect",
        {
          class: `${kindClass(one.kind)} ${one.status}${path.has(one.row) ? " path" : ""}`,
          x: x(one.started).toFixed(2),
          y: one.lane * high + (high - tall) / 2,
          width: Math.max(1, x(one.took)).toFixed(2),
          height: tall,
        },
        svg("title", {}, `${one.kind} ${one.name}: ${one.status}, ${seconds(one.started)} + ${seconds(one.took)}`),
      ),
    );
  }
  return picture;
}

function legend() {
  const kinds = [...new Set(DATA.kinds.map(kindClass))];
  return h("ul", { class: "legend" }, kinds.map((kind) => h("li", {}, svg("svg", { "aria-hidden": "true" }, svg("rect", { class: kind, width: 12, height: 12 })), kind)), h("li", {}, "thin: cached"), h("li", {}, "outlined: critical path"));
}

// A tree whose branches are built when they are opened.
function branch(command, node) {
  const one = member(command, node.one);
  const label = [named(one.text), " ", h("span", { class: "faint" }, one.row < 0 ? "" : seconds(one.took))];
  if (!node.children.length) return h("div", { class: "leaf" }, label);
  const open = h("details", {}, h("summary", {}, label, h("span", { class: "faint" }, ` ${node.children.length} below`)));
  open.addEventListener("toggle", () => {
    if (open.open && open.children.length === 1) {
      const holder = h("div");
      open.append(holder);
      lazily(holder, node.children, (child) => branch(command, child));
    }
  });
  return open;
}
