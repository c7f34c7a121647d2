// A page of Node that recommends, and rewards what was recommended.
//
//     npm ci
//     export PERSONALIZER_ENDPOINT=... PERSONALIZER_KEY=...     (the lines `serve` prints)
//     node recommend.mjs
//
// Uses @azure/cognitiveservices-personalizer, which speaks REST v1.0.

import { ApiKeyCredentials } from "@azure/ms-rest-js";
import personalizer from "@azure/cognitiveservices-personalizer";

const { PERSONALIZER_ENDPOINT, PERSONALIZER_KEY } = process.env;
const credentials = new ApiKeyCredentials({
  inHeader: { "Ocp-Apim-Subscription-Key": PERSONALIZER_KEY },
});
const client = new personalizer.PersonalizerClient(credentials, PERSONALIZER_ENDPOINT);

const actions = [
  { id: "espresso", features: [{ strength: 9 }, { hot: true }] },
  { id: "cold brew", features: [{ strength: 6 }, { hot: false }] },
  { id: "herbal tea", features: [{ strength: 0 }, { hot: true }] },
];

try {
  const answer = await client.rank({
    contextFeatures: [{ weather: "rainy" }, { hour: 8 }],
    actions,
    deferActivation: true,
  });
  await client.events.activate(answer.eventId);
  await client.events.reward(answer.eventId, { value: 1 });
  console.log(JSON.stringify({ eventId: answer.eventId, chosen: answer.rewardActionId }));
} catch (error) {
  console.log(JSON.stringify({ status: error.statusCode, code: error.code, name: error.name }));
  process.exitCode = 1;
}
