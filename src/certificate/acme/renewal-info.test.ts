// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import { after, before, beforeEach, suite, test } from "node:test";
import { createSelfSigned } from "../../listen/certificate.ts";
import { certificateId, RenewalInfo } from "./renewal-info.ts";

/** The certificate of RFC 9773, Appendix A, whose identifier the text of §4.1 gives. */
const example = `-----BEGIN CERTIFICATE-----
MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt
cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS
BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu
7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf
qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B
yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb
+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK
-----END CERTIFICATE-----
`;
const exampleId = "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE";

test("the identifier is that of the RFC's example; the zero before the serial number belongs to it", () => {
  assert.equal(certificateId(example), exampleId);
});

test("a certificate that names no key of its authority has none", async () => {
  const { certificate } = await createSelfSigned(["no-authority.test"]);
  assert.equal(certificateId(certificate), undefined);
});

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

suite("a scripted directory", () => {
  let server: Server;
  let ca: string;
  let directoryUrl: string;
  let asked: string[] = [];
  let answer: { readonly status: number; readonly headers?: Record<string, string>; readonly body: string };
  let offers = true;
  let nowMs = 0;
  before(async () => {
    const pair = await createSelfSigned(["localhost"]);
    ca = pair.certificate;
    server = createServer({ cert: pair.certificate, key: pair.key }, (request, response) => {
      asked.push(request.url ?? "");
      if (request.url === "/dir") {
        const port = portOf(server);
        const info = offers ? { renewalInfo: `https://localhost:${port}/renewal-info` } : {};
        response.end(JSON.stringify({ newNonce: "https://localhost/", ...info }));
        return;
      }
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    directoryUrl = `https://localhost:${portOf(server)}/dir`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    asked = [];
    offers = true;
    nowMs = Date.parse("2025-01-01T00:00:00Z");
  });

  const info = (random = 0.5) => new RenewalInfo({ nowMs: () => nowMs, random: () => random });
  const ask = (of: RenewalInfo) =>
    of.ask({ directoryUrl, certificate: example, ca, signal: AbortSignal.timeout(30_000) });
  /** The body of RFC 9773 §4.2. */
  const suggested = JSON.stringify({
    suggestedWindow: { start: "2025-01-02T04:00:00Z", end: "2025-01-03T04:00:00Z" },
    explanationURL: "https://acme.example.com/docs/ari",
  });

  test("a moment by chance in the window, and it stays the same while the window does", async () => {
    answer = { status: 200, headers: { "retry-after": "21600" }, body: suggested };
    for (const [random, at] of [
      [0, "2025-01-02T04:00:00.000Z"],
      [0.5, "2025-01-02T16:00:00.000Z"],
    ] as const) {
      const one = info(random);
      assert.equal(one.renewMs(example, directoryUrl), undefined);
      await ask(one);
      assert.equal(new Date(one.renewMs(example, directoryUrl) ?? 0).toISOString(), at);
      assert.equal(one.renewMs(example, "https://another.test/dir"), undefined);
    }
    assert.deepEqual(asked, ["/dir", `/renewal-info/${exampleId}`, "/dir", `/renewal-info/${exampleId}`]);
    let chance = 0;
    const changing = new RenewalInfo({ nowMs: () => nowMs, random: () => (chance += 0.25) });
    await ask(changing);
    const first = changing.renewMs(example, directoryUrl);
    nowMs += 21_600_000;
    await ask(changing);
    assert.equal(changing.renewMs(example, directoryUrl), first);
  });

  test("asked again when the authority wants it, not before; at most once a minute, at least once a day", async () => {
    for (const [retryAfter, seconds] of [
      ["21600", 21_600],
      ["1", 60],
      ["9999999", 86_400],
      ["soon", 21_600],
    ] as const) {
      asked = [];
      answer = { status: 200, headers: { "retry-after": retryAfter }, body: suggested };
      const one = info();
      await ask(one);
      nowMs += seconds * 1000 - 1;
      await ask(one);
      assert.equal(asked.length, 2, retryAfter);
      nowMs += 1;
      await ask(one);
      assert.equal(asked.length, 4, retryAfter);
    }
  });

  test("a window that moves into the past makes it due at once", async () => {
    answer = { status: 200, headers: { "retry-after": "60" }, body: suggested };
    const one = info();
    await ask(one);
    const past = { suggestedWindow: { start: "2024-12-01T00:00:00Z", end: "2024-12-02T00:00:00Z" } };
    answer = { status: 200, body: JSON.stringify(past) };
    nowMs += 60_000;
    await ask(one);
    assert.ok((one.renewMs(example, directoryUrl) ?? Number.POSITIVE_INFINITY) < nowMs);
  });

  test("an authority without it, one that fails and one that talks nonsense say nothing; what was heard before holds", async () => {
    const one = info();
    offers = false;
    await ask(one);
    assert.equal(one.renewMs(example, directoryUrl), undefined);
    offers = true;
    answer = { status: 200, headers: { "retry-after": "60" }, body: suggested };
    nowMs += 6 * 3600 * 1000;
    await ask(one);
    const heard = one.renewMs(example, directoryUrl);
    assert.notEqual(heard, undefined);
    for (const bad of [
      { status: 500, body: "" },
      { status: 200, body: "not JSON" },
      { status: 200, body: '{"suggestedWindow":{"start":"tomorrow","end":"later"}}' },
    ]) {
      answer = bad;
      nowMs += 86_400_000;
      await ask(one);
      assert.equal(one.renewMs(example, directoryUrl), heard, bad.body);
    }
    // An end before its beginning is no window (RFC 9773 §4.2).
    const turned = { suggestedWindow: { start: "2025-01-03T04:00:00Z", end: "2025-01-02T04:00:00Z" } };
    answer = { status: 200, body: JSON.stringify(turned) };
    nowMs += 86_400_000;
    await ask(one);
    assert.equal(one.renewMs(example, directoryUrl), undefined);
  });
});
