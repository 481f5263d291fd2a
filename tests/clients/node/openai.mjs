// Chat and responses, streamed, a tool there and back, embeddings; prints what it got.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: `${process.env.HOLDBACK_URL}/v1`, apiKey: process.env.HOLDBACK_KEY, maxRetries: 0 });
const prompt = `I am ${process.env.VALUE}`;
const parameters = { type: "object", properties: { to: { type: "string" } } };
const got = {};

let chat = "";
for await (const chunk of await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: prompt }], stream: true })) {
  chat += chunk.choices[0]?.delta?.content ?? "";
}
got.chat = chat;

const tools = [{ type: "function", function: { name: "send_mail", parameters } }];
const messages = [{ role: "user", content: prompt }];
const called = await client.chat.completions.create({ model: "m", messages, tools });
const call = called.choices[0].message.tool_calls[0];
got.tool = JSON.parse(call.function.arguments);
messages.push(called.choices[0].message, { role: "tool", tool_call_id: call.id, content: `sent to ${got.tool.to}` });
got.after = (await client.chat.completions.create({ model: "m", messages, tools })).choices[0].message.content;

const stream = client.responses.stream({ model: "m", input: prompt });
got.responses = (await stream.finalResponse()).output_text;

got.vector = (await client.embeddings.create({ model: "m", input: prompt })).data[0].embedding;
console.log(JSON.stringify(got));
