// SPDX-License-Identifier: Apache-2.0
import { z } from "zod";
import { PosternError } from "../../../base/errors.ts";
import { limits } from "../../../base/limits.ts";
import * as shapes from "../../shapes.ts";
import { ifMatchHeader, tagOf, versionOf } from "../if-match.ts";
import { type Headers, type Route, route } from "../route.ts";

const oneMailbox = z.strictObject({ id: z.string() });

/** Mailboxes: what the command line can do with them, and no way to the mail in them. */
export function mailboxRoutes(): readonly Route[] {
  return [...reading(), ...making(), ...changing(), ...passwords(), ...testing()];
}

function reading(): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/mailboxes",
      access: "mailboxes:read",
      name: "listMailboxes",
      summary: "Mailboxes with what waits in them, oldest first unless sorted otherwise, in pages",
      query: z.strictObject({
        limit: z.coerce.number().int().min(1).max(200).optional(),
        after: z.string().optional(),
        search: z.string().optional(),
        state: z.enum(["active", "suspended"]).optional(),
        sort: z.enum(shapes.mailboxOrders).optional(),
        order: z.enum(["asc", "desc"]).optional(),
      }),
      answer: shapes.mailboxPage,
      run: async ({ run, query }) => ({ body: await run("mailbox.page", query) }),
    }),
    route({
      method: "GET",
      path: "/mailboxes/{id}",
      access: "mailboxes:read",
      name: "getMailbox",
      summary: "A mailbox with all that the sending server and the archive must know; its ETag names its settings",
      params: oneMailbox,
      answer: shapes.mailboxDetails,
      async run({ run, params }) {
        const mailbox = await run("mailbox.show", params);
        return { body: mailbox, headers: tagOf(mailbox) };
      },
    }),
  ];
}

function making(): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/mailboxes",
      access: "mailboxes:write",
      name: "createMailbox",
      summary: "Make a mailbox; the answer has its password, once",
      body: shapes.newMailbox,
      requestHeaders: {
        "idempotency-key":
          "Up to 200 characters of the caller's choice. The same request with the same key makes one mailbox; a repetition is answered with status 200 and no password, for it is kept nowhere.",
      },
      status: 201,
      otherStatus: { status: 200, when: "It was made before, by the same request; its password is not told again" },
      answer: shapes.mailboxPasswordOnce,
      async run({ run, body, header }) {
        const requestKey = header("idempotency-key");
        if (requestKey === undefined) {
          const created = await run("mailbox.create", body);
          return { body: created, headers: placeOf(created.id) };
        }
        if (requestKey === "" || requestKey.length > limits.apiParameterCharacters) {
          throw new PosternError("admin/bad-request", "the idempotency key has 1 to 200 characters");
        }
        const created = await run("mailbox.create-once", { ...body, requestKey });
        return { status: created.password === null ? 200 : 201, body: created, headers: placeOf(created.id) };
      },
    }),
  ];
}

function changing(): readonly Route[] {
  return [
    route({
      method: "PATCH",
      path: "/mailboxes/{id}",
      access: "mailboxes:write",
      name: "editMailbox",
      summary:
        "Change the name, the description, the purpose, who may deliver, what the proxy may reach, or the need for TLS",
      params: oneMailbox,
      body: shapes.mailboxEdit.omit({ id: true, version: true }),
      requestHeaders: ifMatchHeader,
      answer: shapes.mailboxDetails,
      async run({ run, params, body, header }) {
        await run("mailbox.edit", { ...params, ...body, ...versionOf(header, "mailbox/changed-meanwhile") });
        const mailbox = await run("mailbox.show", params);
        return { body: mailbox, headers: tagOf(mailbox) };
      },
    }),
    route({
      method: "PUT",
      path: "/mailboxes/{id}/state",
      access: "mailboxes:write",
      name: "setMailboxState",
      summary: "Suspend a mailbox, so that senders are told to try again, or activate it",
      params: oneMailbox,
      body: z.strictObject({ state: z.enum(["active", "suspended"]) }),
      answer: shapes.mailboxSummary,
      run: async ({ run, params, body: { state } }) => ({
        body: await run(state === "active" ? "mailbox.activate" : "mailbox.suspend", params),
      }),
    }),
    route({
      method: "DELETE",
      path: "/mailboxes/{id}",
      access: "mailboxes:write",
      name: "deleteMailbox",
      summary: "Remove a suspended mailbox with all mail that nobody has pulled",
      params: oneMailbox,
      answer: shapes.mailboxRemoval,
      run: async ({ run, params }) => ({ body: await run("mailbox.delete", params) }),
    }),
  ];
}

function testing(): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/mailboxes/{id}/test-message",
      access: "mailboxes:write",
      name: "sendTestMessage",
      summary:
        "Send a marked test message over the gateway's own SMTP listener, with STARTTLS, as another server would",
      params: oneMailbox,
      answer: shapes.testMessageResult,
      run: async ({ run, params }) => ({ body: await run("mailbox.test-message", params) }),
    }),
  ];
}

function passwords(): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/mailboxes/{id}/password",
      access: "mailboxes:write",
      name: "changeMailboxPassword",
      summary:
        "Give a mailbox a new password, with the old one; its mail stays readable. With newPassword the caller knows it before it holds, and may repeat the request after a lost answer; without it one is generated, and a lost answer leaves nobody who knows it",
      params: oneMailbox,
      body: shapes.passwordChange.omit({ id: true }),
      answer: shapes.mailboxPassword,
      run: async ({ run, params, body }) => ({ body: await run("mailbox.password-change", { ...params, ...body }) }),
    }),
    route({
      method: "POST",
      path: "/mailboxes/{id}/password/reset",
      access: "mailboxes:write",
      name: "resetMailboxPassword",
      summary: "Give a mailbox a new key pair and password; mail that is in it must be discarded",
      params: oneMailbox,
      body: z.strictObject({ discardMail: z.boolean().default(false) }),
      answer: shapes.mailboxPasswordReset,
      run: async ({ run, params, body }) => ({ body: await run("mailbox.password-reset", { ...params, ...body }) }),
    }),
  ];
}

function placeOf(id: string): Headers {
  return { location: `/api/v1/mailboxes/${id}` };
}
