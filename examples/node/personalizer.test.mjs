// A suite of node:test that starts a Personalizer, waits for it, and steers it under /mock/.
//
//     node --test personalizer.test.mjs
//
// It runs `personalizer-lab`, or what PERSONALIZER_COMMAND says, split at blanks.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, beforeEach, test } from "node:test";

const [program, ...words] = (process.env.PERSONALIZER_COMMAND ?? "personalizer-lab").split(" ");
let server, endpoint, key;

before(async () => {
  server = spawn(program, [...words, "serve", "--port", "0", "--in-memory", "--clock", "manual"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  for await (const chunk of server.stdout) {
    printed += chunk;
    endpoint = /export PERSONALIZER_ENDPOINT=(\S+)/.exec(printed)?.[1];
    key = /export PERSONALIZER_KEY=(\S+)\n/.exec(printed)?.[1];
    if (endpoint && key) break; // both lines are there: it answers
  }
  assert.ok(endpoint && key, "the server did not start");
});

after(() => server.kill());
beforeEach(() => call("POST", "/mock/reset"));

async function call(method, path, body) {
  const reply = await fetch(endpoint + path, {
    method,
    headers: { "Ocp-Apim-Subscription-Key": key, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await reply.text();
  return { status: reply.status, ...(text ? JSON.parse(text) : {}) };
}

const actions = [
  { id: "espresso", features: [{ hot: true }] },
  { id: "cold brew", features: [{ hot: false }] },
];
const rank = (more) => call("POST", "/personalizer/v1.0/rank", { actions, ...more });

test("a choice can be scripted", async () => {
  await call("POST", "/mock/choices", { actionIds: ["cold brew"] });

  assert.equal((await rank()).rewardActionId, "cold brew");
});

test("what was decided and rewarded can be looked at", async () => {
  await rank({ eventId: "visit-1" });
  await call("POST", "/personalizer/v1.0/events/visit-1/reward", { value: 0.5 });

  const { decisions } = await call("GET", "/mock/decisions?eventId=visit-1");
  assert.deepEqual(decisions[0].rewards, [0.5]);
});

test("a busy service is answered for", async () => {
  await call("POST", "/mock/faults", { operation: "rank", status: 429, times: 1 });

  assert.deepEqual([(await rank()).status, (await rank()).status], [429, 201]);
});

test("silence becomes the default reward when the wait is over", async () => {
  await rank({ eventId: "silent" });
  await call("POST", "/mock/clock", { advance: "PT10M" });

  const { decisions } = await call("GET", "/mock/decisions?eventId=silent");
  assert.equal(decisions[0].settled, true);
  assert.equal(decisions[0].reward, 0);
});
