// SPDX-License-Identifier: Apache-2.0
import type { z } from "zod";
import type { CertificateDesk } from "../certificate/certificate-desk.ts";
import type { Validity } from "../certificate/ends-soon.ts";
import type { LiveSettings } from "../config/live-settings.ts";
import type { Configuration } from "../config/schema.ts";
import type { MailboxRegistry } from "../mailbox/registry.ts";
import type { NoticeDesk } from "../notify/notice-desk.ts";
import type { Log } from "../observe/log.ts";
import type { Traffic } from "../observe/traffic/traffic.ts";
import type { Store } from "../store/contract.ts";
import type { AccountStages } from "./accounts/account-stages.ts";
import type { Asker } from "./audit-trail.ts";
import type { TestMessages } from "./test-messages.ts";

/** What operations work on. The command line without a gateway, the control socket and the HTTP API make one each. */
export interface OperationStages extends AccountStages {
  readonly mailboxes: MailboxRegistry;
  readonly store: Pick<Store, "counts" | "readiness" | "activity" | "ledger">;
  readonly configuration: Configuration;
  readonly log: Log;
  /** `undefined` when a command works on the data directory by itself. */
  readonly settings: LiveSettings | undefined;
  readonly certificates: CertificateDesk | undefined;
  /** Facts of the running gateway as they are now; `undefined` when a command works on the data directory by itself. */
  readonly running: (() => RunningFacts) | undefined;
  /** What goes on and who was refused; `undefined` as `running` is. */
  readonly traffic: Traffic | undefined;
  /** Tells administrators what is wrong; `undefined` as `running` is. */
  readonly notices: NoticeDesk | undefined;
  /** Sends test messages to the gateway's own listeners; `undefined` as `running` is. */
  readonly testMessages: TestMessages | undefined;
}

export interface RunningFacts {
  readonly version: string;
  readonly processId: number;
  readonly startedAtMs: number;
  readonly ports: readonly { readonly service: string; readonly host: string; readonly port: number }[];
  /** Threads that serve connections. */
  readonly networkThreads: number;
  readonly certificateFingerprint: string;
  readonly certificate: Validity & { readonly fingerprint: string; readonly selfSigned: boolean };
  /** Since the start, by series. */
  readonly counters: Readonly<Record<string, number>>;
}

/** One request to run one operation. */
export interface OperationContext extends OperationStages, Asker {
  /** Says what takes long. May be called as often as wanted. */
  readonly report: (progress: string) => void;
}

/**
 * One operation: what it takes, what it gives (plain JSON both), and the work. The shapes serve every door: the control
 * socket checks with them what it hears, and an API description can be made from them.
 */
export interface Operation<Input extends z.ZodType, Output extends z.ZodType> {
  readonly input: Input;
  readonly output: Output;
  /** It changes something: not to be run while the audit trail cannot be written. */
  readonly changes?: true;
  run(context: OperationContext, input: z.output<Input>): Promise<z.output<Output>>;
}

/** Says to the compiler that input, output and work belong together. */
export function operation<Input extends z.ZodType, Output extends z.ZodType>(
  definition: Operation<Input, Output>,
): Operation<Input, Output> {
  return definition;
}
