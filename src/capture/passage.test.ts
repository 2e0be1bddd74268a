// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHmac, createSecretKey } from "node:crypto";
import { test } from "node:test";
import { generateMailboxId } from "../base/ids.ts";
import { PassageNames } from "./passage.ts";

const key = createSecretKey(Buffer.alloc(32, 9));
const maildrop = { mailbox: generateMailboxId(), host: "mail.example", port: 995, remoteUser: "anna" };

test("a name is the keyed hash that docs/formats/data-directory.md describes", () => {
  const parts = ["passage name", maildrop.mailbox, "mail.example", "995", "anna", "id-1"];
  const text = parts.map((part) => `${part.length}:${part}`).join("");
  assert.deepEqual(
    Buffer.from(new PassageNames(key, maildrop).nameOf("id-1")).toString("hex"),
    createHmac("sha256", key).update(text).digest("hex").slice(0, 32),
  );
});

test("names differ by mailbox, host, port, user, unique-id and key, also where the parts run into each other", () => {
  const names = [
    new PassageNames(key, maildrop).nameOf("id-1"),
    new PassageNames(key, maildrop).nameOf("id-2"),
    new PassageNames(key, { ...maildrop, mailbox: generateMailboxId() }).nameOf("id-1"),
    new PassageNames(key, { ...maildrop, host: "mail.example.org" }).nameOf("id-1"),
    new PassageNames(key, { ...maildrop, port: 110 }).nameOf("id-1"),
    new PassageNames(key, { ...maildrop, remoteUser: "ann" }).nameOf("aid-1"),
    new PassageNames(key, { ...maildrop, remoteUser: "annai" }).nameOf("d-1"),
    new PassageNames(createSecretKey(Buffer.alloc(32, 8)), maildrop).nameOf("id-1"),
    new PassageNames(key, maildrop).contentMark(Buffer.from("id-1")),
  ];
  assert.equal(new Set(names.map((name) => Buffer.from(name).toString("hex"))).size, names.length);
  for (const name of names) assert.equal(name.length, 16);
});
