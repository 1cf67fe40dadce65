/**
 * A real provider of accounts for the tests of signing in: oidc-provider (certified by the OpenID Foundation), on a port
 * of this machine. Told at /tests how to misbehave: then what it hands out at its token endpoint is changed on the way.
 */
import { createHmac, randomBytes } from "node:crypto";
import http from "node:http";
import { exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from "jose";
import Provider from "oidc-provider";

const { clients, people } = JSON.parse(process.argv[2]);
const told = { fault: null, idTokenClaims: false, down: false, people };
let keys = [];
let provider;
let issuer;

async function newKey(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  return { ...(await exportJWK(privateKey)), alg, use: "sig", kid: randomBytes(6).toString("hex") };
}

function build() {
  const claims = { email: ["email", "email_verified"], profile: ["name", "preferred_username", "groups"] };
  provider = new Provider(issuer, {
    clients,
    claims,
    conformIdTokenClaims: !told.idTokenClaims,
    cookies: { keys: ["of the tests"] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...told.people[id] }) }),
    jwks: { keys },
  });
  provider.on("server_error", (_, error) => process.stderr.write(`${error.stack}\n`));
}

async function rotate() {
  keys = [await newKey("RS256"), await newKey("ES256"), await newKey("PS256"), await newKey("Ed25519")];
  build();
}

const part = (text, at) => JSON.parse(Buffer.from(text.split(".")[at], "base64url"));
const packed = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The ID token with one thing wrong; where nothing else is said, signed with the provider's true key. */
async function spoilt(token, fault) {
  const [header, claims] = [part(token, 0), part(token, 1)];
  const now = Math.floor(Date.now() / 1000);
  const change = {
    aud: { aud: "somebody-else" },
    "more-aud": { aud: [claims.aud, "somebody-else"], azp: claims.aud },
    azp: { azp: "somebody-else" },
    exp: { exp: now - 3600, iat: now - 7200 },
    "iat-ahead": { iat: now + 3600, exp: now + 7200 },
    "iat-old": { iat: now - 3600 },
    iss: { iss: "https://elsewhere.example" },
    nonce: { nonce: "of another sign-in" },
    at_hash: { at_hash: "AAAAAAAAAAAAAAAAAAAAAA" },
    "no-sub": { sub: undefined },
    "no-nonce": { nonce: undefined },
    "no-exp": { exp: undefined },
  }[fault];
  if (change) return signed({ ...claims, ...change }, header, keys.find((key) => key.kid === header.kid));
  if (fault === "strange-key") return signed(claims, header, { ...(await newKey(header.alg)), kid: header.kid });
  if (fault === "unknown-key") return signed(claims, header, await newKey(header.alg));
  if (fault === "none") return `${packed({ ...header, alg: "none" })}.${packed(claims)}.`;
  if (fault === "hs256") return overheard({ ...header, alg: "HS256" }, claims);
  if (fault === "signature") return token.slice(0, -8) + (token.endsWith("AAAAAAAA") ? "BBBBBBBB" : "AAAAAAAA");
  if (fault === "payload") return [token.split(".")[0], packed({ ...claims, sub: "admin" }), token.split(".")[2]].join(".");
  throw new Error(`no such fault: ${fault}`);
}

async function signed(claims, header, key) {
  return new SignJWT(claims).setProtectedHeader({ ...header, kid: key.kid }).sign(await importJWK(key, header.alg));
}

/** Signed as if the public key, which everybody knows, were a shared secret. */
async function overheard(header, claims) {
  const key = keys.find((each) => each.kid === header.kid);
  const secret = await exportSPKI(await importJWK({ kty: key.kty, n: key.n, e: key.e }, "RS256"));
  const body = `${packed(header)}.${packed(claims)}`;
  return `${body}.${createHmac("sha256", secret).update(body).digest("base64url")}`;
}

/** Hands on what the provider answers at its token endpoint, changed as it was told. */
function spoil(answer) {
  const { fault } = told;
  const end = answer.end.bind(answer);
  answer.end = (body) => {
    const read = JSON.parse(String(body));
    if (!read.id_token) return end(body);
    void spoilt(read.id_token, fault).then((token) => {
      const text = JSON.stringify({ ...read, id_token: token });
      answer.setHeader("content-length", Buffer.byteLength(text));
      end(text);
    });
    return answer;
  };
}

async function listen(request, answer) {
  let text = "";
  for await (const piece of request) text += piece;
  const { rotate: anew, ...rest } = JSON.parse(text);
  const other = rest.idTokenClaims !== undefined && rest.idTokenClaims !== told.idTokenClaims;
  Object.assign(told, rest);
  if (anew) await rotate();
  else if (other) build();
  answer.end();
}

const server = http.createServer((request, answer) => {
  if (request.url === "/tests") return void listen(request, answer);
  if (told.down) return void answer.writeHead(503).end("down");
  if (told.fault && request.url === "/token") spoil(answer);
  return void provider.callback()(request, answer);
});

server.listen(0, "127.0.0.1", async () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  await rotate();
  process.stdout.write(`${issuer}\n`);
});
process.stdin.on("end", () => process.exit(0)).resume();
