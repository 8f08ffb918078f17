// The data of the page, and questions to it. Nothing here touches the document.
const DATA = JSON.parse(document.getElementById("data").textContent);
const PER_SECOND = 10000; // times of actions are in tenths of a millisecond
const STD = new Set(DATA.std);

const seconds = (value) =>
  value >= 10 ? `${value.toFixed(1)} s` : value >= 1 ? `${value.toFixed(2)} s` : `${Math.round(value * 1000)} ms`;
const sum = (list, of) => list.reduce((total, one) => total + of(one), 0);
const count = (value) => value.toLocaleString("en-US");
const plural = (number, one) => `${count(number)} ${one}${number === 1 ? "" : "s"}`;

const TESTS = DATA.tests;
const KEYS = new Map();
TESTS.forEach((test, at) => {
  test.at = at;
  test.name = test.toolchain === "default" ? test.test : `${test.test} on ${test.toolchain}`;
  const [folder, ...rest] = test.test.split("::");
  const side = test.toolchain === "default" ? "" : `on ${test.toolchain}`;
  test.short = rest.join("::") || test.test;
  test.folder = [rest.length ? folder : "", side].filter(Boolean).join(" ");
  let key = JSON.stringify([test.test, test.toolchain]);
  for (let n = 2; KEYS.has(key); n++) key = JSON.stringify([test.test, test.toolchain, n]);
  KEYS.set(key, at);
  test.number = JSON.parse(key)[2] || 1; // several hosts or workers may run the same test
  test.seconds = sum(test.commands, (command) => command.seconds);
  for (const name of ["compiled", "cached", "linked", "tested"]) test[name] = sum(test.commands, (c) => c.counts[name]);
  test.again = sum(test.commands, (command) => command.again);
});
const testAt = (id, toolchain, number) => {
  const key = number > 1 ? [id, toolchain, number] : [id, toolchain];
  return KEYS.get(JSON.stringify(key));
};

// One action of a command, from its columns.
function action(command, row) {
  const a = command.actions;
  const status = a.status[row];
  return {
    row,
    kind: DATA.kinds[a.kind[row]],
    name: DATA.packages[a.package[row]],
    std: STD.has(a.package[row]),
    status: status === "r" ? "ran" : status === "f" ? "failed" : "cached",
    ran: status !== "c",
    started: a.started[row] / PER_SECOND,
    took: a.took[row] / PER_SECOND,
    lane: a.lane[row],
  };
}

function actions(command, filter) {
  const found = [];
  for (let row = 0; row < command.actions.kind.length; row++) {
    if (filter.ran && command.actions.status[row] === "c") continue;
    if (filter.std && STD.has(command.actions.package[row])) continue;
    found.push(action(command, row));
  }
  return found;
}

const ranSomething = (command) => /[rf]/.test(command.actions.status) || command.counts.tested > 0;

// The tests that a search finds: by name, by a command, or by a package that ran.
function search(text, outcome) {
  const wanted = text.toLowerCase();
  const packages = new Set();
  if (wanted) DATA.packages.forEach((name, at) => name.toLowerCase().includes(wanted) && packages.add(at));
  const ran = (command) => {
    const { status, package: named } = command.actions;
    for (let row = 0; row < named.length; row++) if (status[row] !== "c" && packages.has(named[row])) return true;
    return false;
  };
  const matches = (test) =>
    !wanted ||
    test.name.toLowerCase().includes(wanted) ||
    test.commands.some((command) => command.command.toLowerCase().includes(wanted)) ||
    (packages.size > 0 && test.commands.some(ran));
  return TESTS.filter((test) => (!outcome || (test.outcome || "not ended") === outcome) && matches(test));
}

// A member of a group of causes: the row of an action, or the text of what has none.
function member(command, one) {
  if (typeof one === "string") return { row: -1, text: one, took: 0 };
  const found = action(command, one);
  return { row: one, text: `${found.kind} ${found.name}`, took: found.took };
}

// Below each cause, what waited for it and followed; each follower once, as near to a cause as possible.
function followTree(command, group) {
  const below = new Map();
  const waiting = new Map(group.followers.map((one) => [one, false]));
  for (const one of group.followers) {
    for (const before of command.actions.waits[one] || []) {
      if (!below.has(before)) below.set(before, []);
      below.get(before).push(one);
    }
  }
  const nodes = group.own.map((one) => ({ one, children: [] }));
  const queue = [...nodes];
  for (let at = 0; at < queue.length; at++) {
    for (const child of below.get(queue[at].one) || []) {
      if (waiting.get(child)) continue;
      waiting.set(child, true);
      const node = { one: child, children: [] };
      queue[at].children.push(node);
      queue.push(node);
    }
  }
  const rest = group.followers.filter((one) => !waiting.get(one)).map((one) => ({ one, children: [] }));
  return { nodes, rest };
}

function dearest(most) {
  const all = [];
  for (const test of TESTS)
    test.commands.forEach((command, at) => {
      for (const group of command.groups) if (group.again) all.push({ test, at, command, group });
    });
  return all.sort((one, other) => other.group.seconds - one.group.seconds).slice(0, most);
}
