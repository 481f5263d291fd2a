"""Between Anthropic's messages and OpenAI's chat completions: requests, answers, streams, tools, errors.

What is translated was inspected in the client's shape, and what a translation makes of an answer is inspected in the
client's shape: for the session, a translated provider is one that speaks the client's language. So nothing leaves but
through the one session, whoever answered.
"""
