"""LiteLLM as a client of the gateway; prints what it got."""

import json
import os

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm

litellm.telemetry = False
url, key, value = os.environ["HOLDBACK_URL"], os.environ["HOLDBACK_KEY"], os.environ["VALUE"]
function = {"name": "send_mail", "parameters": {"type": "object", "properties": {"to": {"type": "string"}}}}
got = {}
for name, base in (("openai", f"{url}/v1"), ("anthropic", url)):
    ask = {"model": f"{name}/m", "api_base": base, "api_key": key, "max_tokens": 99, "num_retries": 0}
    messages = [{"role": "user", "content": f"I am {value}"}]
    said = "".join(
        chunk.choices[0].delta.content or "" for chunk in litellm.completion(messages=messages, stream=True, **ask)
    )
    tools = [{"type": "function", "function": function}]
    called = litellm.completion(messages=messages, tools=tools, **ask).choices[0].message
    call = called.tool_calls[0]
    arguments = json.loads(call.function.arguments)
    messages += [
        called.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "name": "send_mail", "content": f"sent to {arguments['to']}"},
    ]
    after = litellm.completion(messages=messages, tools=tools, **ask).choices[0].message.content
    got[name] = {"chat": said, "tool": arguments, "after": after}
print(json.dumps(got))
