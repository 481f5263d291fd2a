// DPoP proofs (RFC 9449) for Node's fetch, version 18 and later; no dependencies.
//
//   import OpenAI from "openai";
//   import { proving, readLogin } from "./holdback-fetch.mjs";
//   const client = new OpenAI({ baseURL: "https://gate.example/v1", apiKey: "unused", fetch: proving(readLogin()) });
//
// `holdback agent new-key --keep file` and `holdback agent login` make the login. Requests carry the capability key
// itself, not a session.
import { createHash, createPrivateKey, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const encoded = (data) => Buffer.from(data).toString("base64url");
const part = (members) => encoded(JSON.stringify(members));

/** The login that `holdback agent` kept in a file. */
export function readLogin(name = "default", env = process.env) {
  const home = env.HOLDBACK_HOME || join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "holdback");
  return JSON.parse(readFileSync(join(home, "logins", `${name}.json`), "utf8"));
}

/** A fetch that proves each request with the login's private key, and answers the gateway's challenges. */
export function proving({ gateway, public_origin, token, key }, inner = globalThis.fetch) {
  const base = new URL(gateway);
  const below = base.pathname.replace(/\/$/, "");
  const { d, ...jwk } = key;
  const isEc = jwk.kty === "EC";
  const privateKey = createPrivateKey({ key, format: "jwk" });
  const head = part({ typ: "dpop+jwt", alg: isEc ? "ES256" : "Ed25519", jwk });
  const ath = encoded(createHash("sha256").update(token).digest());
  let nonce;

  const proof = (method, url) => {
    const htu = (public_origin || base.origin + below) + url.pathname.slice(below.length);
    const iat = Math.floor(Date.now() / 1000);
    const message = `${head}.${part({ jti: randomUUID(), htm: method, htu, iat, ath, nonce })}`;
    const how = isEc ? { key: privateKey, dsaEncoding: "ieee-p1363" } : privateKey;
    return `${message}.${encoded(sign(isEc ? "sha256" : null, Buffer.from(message), how))}`;
  };

  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== base.origin || !url.pathname.startsWith(`${below}/`)) {
      throw new TypeError("a request to another server than the login's gateway");
    }
    const method = (init.method ?? (input instanceof Request ? input.method : "GET")).toUpperCase();
    const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
    for (const name of ["x-api-key", "api-key"]) headers.delete(name);
    headers.set("authorization", `DPoP ${token}`);
    const isOnce = input instanceof Request || init.body instanceof ReadableStream;
    for (let challenges = 0; ; challenges += 1) {
      const used = nonce;
      headers.set("dpop", proof(method, url));
      const response = await inner(input, { ...init, headers });
      nonce = response.headers.get("dpop-nonce") ?? nonce;
      const isChallenge = /error="use_dpop_nonce"/.test(response.headers.get("www-authenticate") ?? "");
      if (response.status !== 401 || !isChallenge || nonce === used || challenges === 2 || isOnce) return response;
      await response.body?.cancel();
    }
  };
}
