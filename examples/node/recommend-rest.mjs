// The same with @azure-rest/ai-personalizer.
//
// By itself it speaks REST v1.1-preview.3; what is done here v1.0 can do too, and `baseUrl` says
// so. Over plain http it wants `allowInsecureConnection`. Its `isUnexpected` takes every path with
// an event id for unexpected, even a right 204, so statuses are compared here.

import rest from "@azure-rest/ai-personalizer";
import { AzureKeyCredential } from "@azure/core-auth";

const { PERSONALIZER_ENDPOINT, PERSONALIZER_KEY } = process.env;
const client = rest.default(PERSONALIZER_ENDPOINT, new AzureKeyCredential(PERSONALIZER_KEY), {
  allowInsecureConnection: true,
  baseUrl: `${PERSONALIZER_ENDPOINT}/personalizer/v1.0`,
});

const actions = [
  { id: "espresso", features: [{ strength: 9 }, { hot: true }] },
  { id: "cold brew", features: [{ strength: 6 }, { hot: false }] },
];

const rank = await client.path("/rank").post({
  body: { contextFeatures: [{ weather: "rainy" }], actions },
});
if (rank.status !== "201") {
  console.log(JSON.stringify({ status: Number(rank.status), ...rank.body.error }));
  process.exit(1);
}
const { eventId, rewardActionId } = rank.body;
const reward = await client
  .path("/events/{eventId}/reward", eventId)
  .post({ body: { value: 1 } });
console.log(
  JSON.stringify({ eventId, chosen: rewardActionId, rewardStatus: Number(reward.status) }),
);
