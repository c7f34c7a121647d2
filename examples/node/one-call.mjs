// One call with @azure/cognitiveservices-personalizer that tries nothing again, and what an
// application is told: its status, or null when the connection failed.
//
//     node one-call.mjs rank '[{"id": "a", "features": [{"x": 1}]}]'
//     node one-call.mjs reward

import { ApiKeyCredentials } from "@azure/ms-rest-js";
import personalizer from "@azure/cognitiveservices-personalizer";

const [operation, actions] = process.argv.slice(2);
const { PERSONALIZER_ENDPOINT, PERSONALIZER_KEY } = process.env;
const credentials = new ApiKeyCredentials({
  inHeader: { "Ocp-Apim-Subscription-Key": PERSONALIZER_KEY },
});
const client = new personalizer.PersonalizerClient(credentials, PERSONALIZER_ENDPOINT, {
  noRetryPolicy: true,
});
const options = { timeout: 500 };

async function call() {
  try {
    const answer =
      operation === "reward"
        ? await client.events.reward("e", { value: 1 }, options)
        : await client.rank({ actions: JSON.parse(actions), eventId: "e" }, options);
    return answer._response.status;
  } catch (error) {
    return error.statusCode ?? null;
  }
}

console.log(JSON.stringify({ status: await call() }));
