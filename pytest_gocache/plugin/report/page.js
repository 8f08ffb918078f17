// The page: what is selected, its address, and the keys.
const state = { test: -1, command: -1, q: "", outcome: "", ran: false, std: false, zoom: 1 };
const by = (id) => document.getElementById(id);

function address(changes) {
  const to = { ...state, ...changes };
  const parts = new URLSearchParams();
  const test = TESTS[to.test];
  if (test) {
    parts.set("test", test.test);
    if (test.toolchain !== "default") parts.set("toolchain", test.toolchain);
    if (test.number > 1) parts.set("number", test.number);
    if (to.command >= 0) parts.set("command", to.command + 1);
  }
  for (const name of ["q", "outcome"]) if (to[name]) parts.set(name, to[name]);
  for (const name of ["ran", "std"]) if (to[name]) parts.set(name, "1");
  return `#${parts}`;
}

function readAddress() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const at = testAt(parts.get("test"), parts.get("toolchain") || "default", Number(parts.get("number") || 1));
  state.test = at === undefined ? -1 : at;
  const count = state.test < 0 ? 0 : TESTS[state.test].commands.length;
  const number = Number(parts.get("command") || 0);
  state.command = Number.isInteger(number) && number >= 1 && number <= count ? number - 1 : -1;
  state.q = parts.get("q") || "";
  state.outcome = parts.get("outcome") || "";
  for (const name of ["ran", "std"]) state[name] = parts.get(name) === "1";
  state.missing = parts.get("test") !== null && at === undefined ? parts.get("test") : null;
}

function go(changes, replace = false) {
  const to = address(changes);
  if (to === (location.hash || "#")) return;
  // Not by location.hash: the page would follow it only after what the user types meanwhile.
  history[replace ? "replaceState" : "pushState"](null, "", to);
  show();
}

const link = (changes, ...content) => h("a", { href: address(changes) }, ...content);

function showList() {
  const found = search(state.q, state.outcome);
  by("found").textContent = `${found.length} of ${plural(TESTS.length, "test")}`;
  const list = by("tests");
  list.replaceChildren();
  list.parentNode.querySelectorAll(":scope > button").forEach((button) => button.remove());
  lazily(list, found, (test) => h("li", {}, h("a", { href: address({ test: test.at, command: -1 }), "aria-current": test.at === state.test ? "page" : null, title: test.name.slice(0, 1000) }, verdict(test.outcome), " ", h("bdi", {}, visible(test.short)), test.folder ? h("div", { class: "faint" }, h("bdi", {}, visible(test.folder))) : null)));
  return found;
}

function overview() {
  const commands = TESTS.flatMap((test) => test.commands);
  const failed = TESTS.filter((test) => test.outcome === "failed").length;
  const again = sum(TESTS, (test) => test.again);
  const parts = [
    h("h2", {}, "The run at a glance"),
    glance([
      ["tests", count(TESTS.length)],
      ["failed", failed, failed ? "bad" : "good"],
      ["go commands", count(commands.length)],
      ["in go commands", seconds(sum(TESTS, (test) => test.seconds))],
      ["packages compiled", count(sum(TESTS, (test) => test.compiled))],
      ["packages cached", count(sum(TESTS, (test) => test.cached))],
      ["links", count(sum(TESTS, (test) => test.linked))],
      ["work done again", seconds(again)],
    ]),
    h("p", { class: "faint" }, "Work done again: the seconds of the actions that an earlier command of the same test had run before. Actions that run at the same time are added up."),
  ];
  if (DATA.gate) parts.push(...gate());
  const causes = dearest(20);
  if (causes.length)
    parts.push(
      table("The dearest causes of work done again", [
        ["time", (one) => seconds(one.group.seconds), true],
        ["cause", (one) => named(one.group.text)],
        ["packages", (one) => one.group.own.length, true],
        ["followers", (one) => one.group.followers.length, true],
        ["command", (one) => link({ test: one.test.at, command: one.at }, named(`${one.test.name}: ${one.command.command}`))],
      ], causes),
    );
  parts.push(
    table("Tests", [
      ["test", (test) => link({ test: test.at, command: -1 }, named(test.name))],
      ["outcome", (test) => verdict(test.outcome)],
      ["commands", (test) => test.commands.length, true],
      ["time", (test) => seconds(test.seconds), true],
      ["compiled", (test) => count(test.compiled), true],
      ["cached", (test) => count(test.cached), true],
      ["links", (test) => count(test.linked), true],
      ["done again", (test) => seconds(test.again), true],
    ], search(state.q, state.outcome)),
  );
  return parts;
}

const why = (change) => (change.reason ? `accepted: ${change.reason}` : change.less_work && !DATA.gate.strict ? "improvement: less work" : "");

function changes(found, caption) {
  const cell = (test, toolchain, text) => {
    const at = testAt(test, toolchain, 1);
    return at === undefined ? named(text) : link({ test: at, command: -1 }, named(text));
  };
  return table(caption, [
    ["test", (change) => named(change.test)],
    ["command", (change) => named(change.command)],
    ["what", (change) => named(change.issue ? `${change.subject} (${change.issue})` : change.subject)],
    [DATA.gate.base, (change) => cell(change.test, DATA.gate.base, change.base)],
    [DATA.gate.candidate, (change) => h("span", { class: "changed" }, cell(change.test, DATA.gate.candidate, change.candidate))],
    ["passes because", (change) => named(why(change))],
  ], found);
}

function gate() {
  const found = DATA.gate;
  const parts = [
    h("h3", {}, `Gate ${found.base}..${found.candidate}: `, h("span", { class: found.passed ? "good" : "bad" }, found.passed ? "passed" : "failed")),
    h("p", {}, `${plural(found.changes.length, "change")}, ${plural(found.compared, "test")} compared. Go commands took ${seconds(found.seconds.base)} and ${seconds(found.seconds.candidate)}.`),
  ];
  const failing = (change) => (why(change) ? 0 : 1);
  const ordered = [...found.changes].sort((one, other) => failing(other) - failing(one));
  if (ordered.length) parts.push(changes(ordered, "Changes"));
  if (found.incomparable.length)
    parts.push(table("Not comparable", [["test", (one) => named(one.test)], ["why", (one) => named(one.why)]], found.incomparable));
  return parts;
}

// With a gate: the commands of a test on both toolchains, a row each.
function sideBySide(test) {
  if (!DATA.gate) return [];
  const [base, candidate] = [DATA.gate.base, DATA.gate.candidate].map((label) => TESTS[testAt(test.test, label, 1)]);
  if (!base || !candidate) return [];
  const rows = [];
  for (let at = 0; at < Math.max(base.commands.length, candidate.commands.length); at++) rows.push([base.commands[at], candidate.commands[at], at]);
  const sides = (title, of) => [base, candidate].map((side, number) => [
    `${title} ${side.toolchain}`,
    (row) => {
      const [one, other] = [row[number], row[1 - number]].map((command) => command && of(command));
      const differs = number === 1 && title !== "time" && one !== other;
      return row[number] ? h("span", { class: differs ? "changed" : null }, differs ? "≠ " : "", title === "time" ? seconds(one) : one) : "–";
    },
    true,
  ]);
  const own = DATA.gate.changes.filter((change) => change.test === test.test);
  const other = test === base ? candidate : base;
  return [
    h("h3", {}, "Both toolchains"),
    h("p", {}, "This page is of ", h("b", {}, test.toolchain), "; see ", link({ test: other.at, command: -1 }, other.toolchain), "."),
    table("Commands side by side", [
      ["command", (row) => named((row[0] || row[1]).command)],
      ...sides("time", (command) => command.seconds),
      ...sides("exit", (command) => command.exit),
      ...sides("compiled", (command) => command.counts.compiled),
      ...sides("cached", (command) => command.counts.cached),
      ...sides("links", (command) => command.counts.linked),
    ], rows),
    own.length ? changes(own, "Changes of this test") : h("p", {}, "No change."),
  ];
}

function testView(test) {
  const place = test.file ? `${test.file}:${test.line}` : "";
  const commands = test.commands.map((command, at) => ({ command, at })).filter(({ command }) => !state.ran || ranSomething(command));
  return [
    h("h2", {}, named(test.name)),
    h("p", {}, verdict(test.outcome), test.detail ? `: ${visible(test.detail)} ` : " ", h("span", { class: "faint" }, visible(place), test.host ? ` on ${test.host}` : "")),
    test.message ? h("pre", { tabindex: 0, role: "region", "aria-label": "message" }, visible(test.message)) : null,
    table(state.ran ? "Commands that ran something" : "Commands", [
      ["step", ({ command }) => command.step, true],
      ["command", ({ command, at }) => [link({ command: at }, named(command.command)), command.within ? h("div", { class: "faint" }, named(command.within)) : null]],
      ["exit", ({ command }) => h("span", { class: command.exit ? "bad" : null }, command.exit), true],
      ["time", ({ command }) => seconds(command.seconds), true],
      ["compiled", ({ command }) => count(command.counts.compiled), true],
      ["cached", ({ command }) => count(command.counts.cached), true],
      ["links", ({ command }) => count(command.counts.linked), true],
      ["tests ran", ({ command }) => command.counts.tested, true],
      ["done again", ({ command }) => seconds(command.again), true],
    ], commands, ({ at }) => at === state.command),
    ...sideBySide(test),
  ].filter(Boolean);
}

function causesView(command) {
  if (command.unknown) return [h("p", {}, "Why it ran is not known: ", named(command.unknown))];
  if (!command.groups.length) return [h("p", {}, "Nothing ran that has a cause.")];
  const holder = h("div");
  lazily(holder, command.groups, (group, at) => {
    const counts = [plural(group.own.length, "action"), group.followers.length ? `${group.followers.length} followed` : ""].filter(Boolean).join(", ");
    const open = h("details", {}, h("summary", {}, `${seconds(group.seconds)}, ${counts}: `, named(group.text)));
    const build = () => {
      if (open.children.length > 1) return;
      const tree = followTree(command, group);
      open.append(...difference(group.inputs));
      open.append(h("div", { class: "faint" }, "What ran for it, and below that what had to wait for it and followed:"));
      const nodes = h("div");
      open.append(nodes);
      lazily(nodes, [...tree.nodes, ...tree.rest], (node) => branch(command, node));
    };
    open.addEventListener("toggle", build);
    if (at === 0) {
      open.open = true;
      build();
    }
    return open;
  });
  return [holder];
}

function commandView(test, command) {
  const shown = actions(command, state);
  const [work, elapsed, most] = command.work;
  const drawing = scroll("Timeline");
  const draw = () => drawing.replaceChildren(timeline(command, shown, state.zoom, by("main").clientWidth - 40));
  const zoom = (factor) => () => {
    state.zoom = Math.min(64, Math.max(1, state.zoom * factor));
    draw();
  };
  const result = [
    h("h2", { id: "command" }, named(command.command)),
    glance([
      ["time", seconds(command.seconds)],
      ["work, added up", seconds(work)],
      ["critical path", seconds(sum(command.path, (row) => action(command, row).took))],
      ["at the same time, mean", elapsed ? (work / elapsed).toFixed(1) : "0"],
      ["at the same time, most", most],
      ["compiled", count(command.counts.compiled)],
      ["cached", count(command.counts.cached)],
      ["done again", seconds(command.again)],
    ]),
  ];
  if (command.actions.kind.length) {
    draw();
    result.push(h("h3", {}, "Timeline"), h("p", {}, h("button", { type: "button", onclick: zoom(2) }, "Zoom in"), " ", h("button", { type: "button", onclick: zoom(0.5) }, "Zoom out")), drawing, legend());
  } else result.push(h("p", {}, "The times of its actions are not known."));
  result.push(h("h3", {}, "Why it ran"), ...causesView(command));
  if (command.path.length) {
    const rows = command.path.map((row) => action(command, row));
    result.push(h("h3", {}, "Critical path"), h("p", { class: "faint" }, "The chain of actions that took longest: each waited for the one above it. With any number of CPUs, the command takes at least as long. What is between them is time in which they waited for a CPU."), table("Critical path", actionColumns, rows));
  }
  const ordered = [...shown].sort((one, other) => other.took - one.took);
  result.push(h("h3", {}, "Actions"), table(`${plural(shown.length, "action")}, the longest first`, actionColumns, ordered));
  if (command.tests.length) result.push(table("Tests of packages", [["package", (one) => named(one[0])], ["result", (one) => one[1]]], command.tests));
  if (command.downloads.length) result.push(table("Downloads", [["module", named]], command.downloads));
  return result;
}

const actionColumns = [
  ["kind", (one) => one.kind],
  ["package", (one) => named(one.name)],
  ["status", (one) => h("span", { class: one.status === "failed" ? "bad" : null }, one.status)],
  ["start", (one) => seconds(one.started), true],
  ["took", (one) => seconds(one.took), true],
  ["lane", (one) => one.lane + 1, true],
];

function show() {
  readAddress();
  if (by("search").value !== state.q) by("search").value = state.q;
  by("outcome").value = state.outcome;
  by("ran").checked = state.ran;
  by("std").checked = state.std;
  showList();
  const test = TESTS[state.test];
  const command = test && test.commands[state.command];
  const parts = test ? testView(test) : overview();
  if (state.missing !== null) parts.unshift(h("p", { class: "bad", role: "alert" }, "This report has no test ", named(state.missing), "."));
  if (command) parts.push(...commandView(test, command));
  by("main").replaceChildren(...parts);
  document.title = test ? `${test.name.slice(0, 200)} – Go build cache report` : "Go build cache report";
  if (command) by("command").scrollIntoView();
  else scrollTo(0, 0);
}

function move(list, from, by) {
  const at = from < 0 && by < 0 ? list.length : from;
  return list[Math.min(list.length - 1, Math.max(0, at + by))];
}

function nextTest(by) {
  const found = search(state.q, state.outcome).map((test) => test.at);
  if (found.length) go({ test: move(found, found.indexOf(state.test), by), command: -1 });
}

function nextCommand(by) {
  const test = TESTS[state.test];
  if (!test) return;
  const found = test.commands.map((_, at) => at).filter((at) => !state.ran || ranSomething(test.commands[at]));
  if (found.length) go({ command: move(found, found.indexOf(state.command), by) });
}

function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  by("theme").setAttribute("aria-pressed", String(dark));
}

const KEYBOARD = {
  "/": () => by("search").focus(),
  j: () => nextTest(1),
  k: () => nextTest(-1),
  n: () => nextCommand(1),
  p: () => nextCommand(-1),
  r: () => go({ ran: !state.ran }, true),
  s: () => go({ std: !state.std }, true),
  t: () => setTheme(document.documentElement.dataset.theme !== "dark"),
  Escape: () => go(state.q ? { q: "" } : { test: -1, command: -1 }),
};

addEventListener("keydown", (event) => {
  const inField = event.target.matches("input:not([type=checkbox]), select");
  if (event.ctrlKey || event.metaKey || event.altKey || (inField && event.key !== "Escape")) return;
  if (!Object.hasOwn(KEYBOARD, event.key)) return;
  event.preventDefault();
  if (inField) event.target.blur();
  KEYBOARD[event.key]();
});
addEventListener("hashchange", show);
addEventListener("beforeprint", () => document.querySelectorAll("main details").forEach((one) => (one.open = true)));

by("filters").addEventListener("submit", (event) => event.preventDefault());
by("search").addEventListener("input", () => go({ q: by("search").value }, true));
by("outcome").addEventListener("change", () => go({ outcome: by("outcome").value }, true));
for (const name of ["ran", "std"]) by(name).addEventListener("change", () => go({ [name]: by(name).checked }, true));
by("theme").addEventListener("click", KEYBOARD.t);
setTheme(matchMedia("(prefers-color-scheme: dark)").matches);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => setTheme(event.matches));

for (const outcome of new Set(TESTS.map((test) => test.outcome || "not ended"))) by("outcome").append(h("option", { value: outcome }, outcome));
by("verdict").append(...[...new Set(TESTS.map((test) => test.outcome || "not ended"))].flatMap((outcome) => [TESTS.filter((test) => (test.outcome || "not ended") === outcome).length, " ", verdict(outcome), " "]));
by("facts").append(DATA.facts.join("; "));
show();
