// Both SDKs with a bound key, by the module that `holdback connect` prints; prints what they got and what went out.
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { proving, readLogin } from "./holdback-fetch.mjs";

const login = readLogin("work");
let sent = [];
let isFailing = 0;
const inner = async (input, init) => {
  sent.push(init.headers.get("dpop"));
  const answer = await fetch(input, init);
  if (answer.status !== 200 || isFailing-- <= 0) return answer;
  await answer.body?.cancel();
  return new Response("{}", { status: 503 });
};
const messages = [{ role: "user", content: `I am ${process.env.VALUE}` }];
const ask = { model: "m", messages };
const made = (fetch) => ({ baseURL: `${login.gateway}/v1`, apiKey: "unused", maxRetries: 4, fetch });
const told = {};

const client = new OpenAI(made(proving(login, inner)));
const streamed = async () => {
  let text = "";
  for await (const chunk of await client.chat.completions.create({ ...ask, stream: true })) {
    text += chunk.choices[0]?.delta?.content ?? "";
  }
  return text;
};
const counted = async (name, work) => {
  sent = [];
  let result;
  try {
    result = await work();
  } catch (error) {
    result = `${error.status} ${error.code ?? error.error?.error?.code}`;
  }
  told[name] = { result, sent: sent.length, different: new Set(sent).size };
};

await counted("challenged", streamed);
await counted("known", streamed);
isFailing = 2;
await counted("retried", async () => (await client.chat.completions.create(ask)).choices[0].message.content);
isFailing = 0;
const claude = new Anthropic({ ...made(proving(login, inner)), baseURL: login.gateway });
await counted("claude", () => claude.messages.stream({ ...ask, max_tokens: 99 }).finalText());
const wrong = { ...login, token: `${login.token.slice(0, -1)}${login.token.endsWith("0") ? "1" : "0"}` };
await counted("refused", () => new OpenAI(made(proving(wrong, inner))).chat.completions.create(ask));
await counted("claude refused", () =>
  new Anthropic({ ...made(proving(wrong, inner)), baseURL: login.gateway }).messages.create({ ...ask, max_tokens: 9 }),
);
await counted("stolen", () =>
  new OpenAI({ ...made(inner), apiKey: login.token }).chat.completions.create(ask),
);
console.log(JSON.stringify(told));
