"""LangChain's chat models in front of the gateway; prints what they got."""

import json
import os

from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

url, key, value = os.environ["HOLDBACK_URL"], os.environ["HOLDBACK_KEY"], os.environ["VALUE"]


@tool
def send_mail(to: str, cc: str = "") -> str:
    """Send a mail."""
    return f"sent to {to}"


got = {}
models = {
    "openai": ChatOpenAI(base_url=f"{url}/v1", api_key=key, model="m", max_retries=0),
    "anthropic": ChatAnthropic(base_url=url, api_key=key, model="m", max_retries=0, max_tokens=99),
}
for name, model in models.items():
    ask = [HumanMessage(f"I am {value}")]
    said = "".join(chunk.text if isinstance(chunk.text, str) else chunk.text() for chunk in model.stream(ask))
    called = model.bind_tools([send_mail]).invoke(ask)
    call = called.tool_calls[0]
    result = ToolMessage(send_mail.invoke(call["args"]), tool_call_id=call["id"])
    after = model.bind_tools([send_mail]).invoke([*ask, called, result])
    got[name] = {
        "chat": said,
        "tool": call["args"],
        "after": after.text if isinstance(after.text, str) else after.text(),
    }
print(json.dumps(got))
