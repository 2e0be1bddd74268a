// SPDX-License-Identifier: Apache-2.0
import type { z } from "zod";
import { PosternError } from "../base/errors.ts";
import * as accounts from "./accounts/account-operations.ts";
import { showActivity } from "./activity-operation.ts";
import { listAudit } from "./audit-operation.ts";
import * as certificate from "./certificate/certificate-operations.ts";
import { badInput } from "./field-problems.ts";
import * as mailbox from "./mailbox-operations.ts";
import { pageMailboxes } from "./mailbox-page.ts";
import { sendTestNotice } from "./notice-operation.ts";
import type { Operation, OperationContext } from "./operation.ts";
import { showOverview } from "./overview-operation.ts";
import { changeSettings, listSettings } from "./settings/settings-operations.ts";
import { showStatus } from "./status-operation.ts";
import { sendTestMessage } from "./test-message-operation.ts";
import * as traffic from "./traffic-operations.ts";

/** Every operation by its name. One set for all doors: the command line, the control socket and the HTTP API. */
export const operations = {
  "mailbox.create": mailbox.createMailbox,
  "mailbox.create-once": mailbox.createMailboxOnce,
  "mailbox.page": pageMailboxes,
  "mailbox.list": mailbox.listMailboxes,
  "mailbox.show": mailbox.showMailbox,
  "mailbox.activate": mailbox.activateMailbox,
  "mailbox.suspend": mailbox.suspendMailbox,
  "mailbox.edit": mailbox.editMailbox,
  "mailbox.delete": mailbox.deleteMailbox,
  "mailbox.password-change": mailbox.changeMailboxPassword,
  "mailbox.password-reset": mailbox.resetMailboxPassword,
  "mailbox.test-message": sendTestMessage,
  "admin.create": accounts.createAdministrator,
  "admin.list": accounts.listAdministrators,
  "admin.password": accounts.setAdministratorPassword,
  "admin.role": accounts.setAdministratorRole,
  "admin.reset-factors": accounts.resetFactors,
  "admin.remove": accounts.removeAdministrator,
  "token.create": accounts.createToken,
  "token.list": accounts.listTokens,
  "token.revoke": accounts.revokeToken,
  "audit.list": listAudit,
  "certificate.show": certificate.showCertificate,
  "certificate.upload": certificate.uploadCertificate,
  "certificate.acme": certificate.useAcme,
  "certificate.renew": certificate.renewCertificate,
  "certificate.remove": certificate.removeCertificate,
  "settings.list": listSettings,
  "settings.change": changeSettings,
  activity: showActivity,
  "notify.test": sendTestNotice,
  "session.list": traffic.listSessions,
  "refusal.list": traffic.listRefusals,
  "mailbox.origins": traffic.listOrigins,
  "mailbox.ledger": traffic.showLedger,
  overview: showOverview,
  status: showStatus,
} as const;

type Operations = typeof operations;
export type OperationName = keyof Operations;
/** What a caller writes: ids as text, defaults left out. */
export type OperationInput<N extends OperationName> = z.input<Operations[N]["input"]>;
export type OperationOutput<N extends OperationName> = z.output<Operations[N]["output"]>;

/** The same table, seen so that the compiler follows a name to its output. */
const outputShapes: { readonly [N in OperationName]: { readonly output: z.ZodType<OperationOutput<N>> } } = operations;

export function isOperationName(text: string): text is OperationName {
  return Object.hasOwn(operations, text);
}

/**
 * Runs an operation with input that nobody has looked at yet. Throws `admin/bad-request` when the input has not the
 * shape that the operation takes, `store/failing` when it would change something that could not be noted in the audit
 * trail, and what the operation throws.
 */
export async function runOperation<N extends OperationName>(
  name: N,
  input: unknown,
  context: OperationContext,
): Promise<OperationOutput<N>> {
  const chosen: Operation<z.ZodType, z.ZodType> = operations[name];
  const checked = chosen.input.safeParse(input);
  if (!checked.success) throw badInput(checked.error);
  if (chosen.changes === true) await context.audit.ready();
  return checkOutput(name, await chosen.run(context, checked.data));
}

/** Reads what an operation gave, also when it came over a socket. Throws `internal/fault` when it has another shape. */
export function checkOutput<N extends OperationName>(name: N, output: unknown): OperationOutput<N> {
  const checked = outputShapes[name].output.safeParse(output);
  if (checked.success) return checked.data;
  throw new PosternError(
    "internal/fault",
    `the answer to ${name} has an unknown shape; do both sides run one version?`,
  );
}
