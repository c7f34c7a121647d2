"use strict";
// Tries everything that a page can do to the server in the query, and keeps what it could read.

const asked = new URLSearchParams(location.search);
const url = asked.get("url");
const key = `subscription-key=${asked.get("key")}`;
const v1 = "/personalizer/v1.0";
const rank = JSON.stringify({
  eventId: "by-a-page",
  actions: [{ id: "a", features: [{ x: 1 }] }, { id: "b", features: [{ x: 2 }] }],
});

const reads = [
  "/status", "/openapi.json", `${v1}/model`, `${v1}/configurations/service`, "/mock/calls",
  "/mock/decisions", "/mock/learning", "/mock/loops", "/loops/default/mock/calls", "//mock/calls",
];
const writes = [
  ["POST", `${v1}/rank`, rank],
  ["POST", `${v1}/events/mine/reward`, '{"value": 1}'],
  ["POST", "/mock/lessons", '{"action": {"id": "a", "features": [{"x": 1}]}, "reward": 1}'],
  ["POST", "/mock/loops", '{"name": "evil"}'],
  ["POST", "/mock/faults", '{"operation": "any", "status": 500, "times": null}'],
  ["POST", "/mock/choices", '{"actionIds": ["a"]}'],
  ["POST", "/mock/restore", "SQLite format 3"],
  ["POST", "/loops/default/mock/reset", "{}"],
  ["POST", "/mock/reset", "{}"],
];
const preflighted = [
  ["PUT", `${v1}/configurations/policy`, '{"name": "p", "arguments": "--cb_explore_adf"}'],
  ["PUT", "/mock/seed", '{"seed": "evil"}'],
  ["DELETE", `${v1}/model`], ["DELETE", `${v1}/logs`], ["DELETE", "/mock/calls"],
];
const header = { "Ocp-Apim-Subscription-Key": asked.get("key"), "Content-Type": "application/json" };

const results = {};
async function attempt(name, act) {
  try {
    results[name] = await act();
  } catch {
    results[name] = null;
  }
}
const address = (path) => `${url}${path}?${key}`;
const fetched = async (path, options) => {
  const reply = await fetch(path, options);
  return reply.type === "opaque" ? null : [reply.status, (await reply.text()).length];
};
const loaded = (element, source) => new Promise((resolve) => {
  element.onload = () => resolve("loaded");
  element.onerror = () => resolve(null);
  element.src = source;
  document.head.append(element);
});
const opened = (source) => new Promise((resolve) => {
  const stream = new EventSource(source);
  stream.onopen = () => resolve("opened");
  stream.onerror = () => { stream.close(); resolve(null); };
});
const submitted = (path, body) => new Promise((resolve) => {
  const frame = document.createElement("iframe");
  const form = document.createElement("form");
  frame.name = `frame-of-${path}`;
  Object.assign(form, {
    method: "post", enctype: "text/plain", action: address(path), target: frame.name,
  });
  const input = document.createElement("input");
  [input.name, input.value] = [body.slice(0, 1), body.slice(1)];
  form.append(input);
  document.body.append(frame, form);
  frame.onload = () => {
    let read = null;
    try { read = frame.contentDocument && frame.contentDocument.body.textContent; } catch { /* no */ }
    resolve(read || null);
  };
  form.submit();
});

async function attemptAll() {
  for (const path of reads) {
    await attempt(`GET ${path}`, () => fetched(address(path)));
    await attempt(`no-cors ${path}`, () => fetched(address(path), { mode: "no-cors" }));
    await attempt(`GET with header ${path}`, () => fetched(url + path, { headers: header }));
    await attempt(`image ${path}`, () => loaded(new Image(), address(path)));
    await attempt(`script ${path}`, () => loaded(document.createElement("script"), address(path)));
    await attempt(`events ${path}`, () => opened(address(path)));
  }
  for (const [method, path, body] of [...writes, ...preflighted]) {
    await attempt(`${method} ${path}`, () => fetched(address(path), { method, body }));
    const options = { method, body, headers: header };
    await attempt(`${method} with header ${path}`, () => fetched(url + path, options));
  }
  for (const [method, path, body] of writes) {
    const options = { method, body, mode: "no-cors" };
    await attempt(`no-cors ${path}`, () => fetched(address(path), options));
    navigator.sendBeacon(address(path), body);
    await attempt(`form ${path}`, () => submitted(path, body));
  }
}

async function useAsAnApplication() {
  const options = { method: "POST", headers: header };
  await attempt("rank", () => fetched(`${url}${v1}/rank`, { ...options, body: rank }));
  const reward = `${v1}/events/by-a-page/reward`;
  await attempt("reward", () => fetched(address(reward), { method: "POST", body: '{"value": 1}' }));
  await attempt("error", () => fetched(`${url}${v1}/rank?subscription-key=wrong`, { method: "POST" }));
  await attempt("control", () => fetched(address("/mock/calls")));
}

window.onload = async () => {
  document.body.append("trying");
  await (asked.has("application") ? useAsAnApplication() : attemptAll());
  window.results = results;
};
