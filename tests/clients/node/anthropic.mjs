// Messages, streamed, a tool there and back; prints what it got.
import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ baseURL: process.env.HOLDBACK_URL, apiKey: process.env.HOLDBACK_KEY, maxRetries: 0 });
const messages = [{ role: "user", content: `I am ${process.env.VALUE}` }];
const ask = { model: "m", max_tokens: 99, messages };
const got = {};

got.chat = await client.messages.stream(ask).finalText();

const tools = [{ name: "send_mail", input_schema: { type: "object", properties: { to: { type: "string" } } } }];
const called = await client.messages.create({ ...ask, tools });
got.tool = called.content[0].input;
messages.push({ role: "assistant", content: called.content });
messages.push({ role: "user", content: [{ type: "tool_result", tool_use_id: called.content[0].id, content: `sent to ${got.tool.to}` }] });
got.after = (await client.messages.create({ ...ask, tools })).content[0].text;
console.log(JSON.stringify(got));
