// SPDX-License-Identifier: Apache-2.0
import type { Parameters } from "./parameters.ts";
import type { Path } from "./path.ts";

/** What the peer said of itself (RFC 5321 §4.1.1.1). */
export interface Hello {
  readonly name: string;
  /** EHLO; `false` for HELO, which knows no extensions. */
  readonly extended: boolean;
}

/** MAIL as it was given. */
export interface OpenTransaction {
  readonly hello: Hello;
  /** `null` is the null reverse-path. */
  readonly reversePath: Path | null;
  readonly parameters: Parameters;
  /** The parameters as received. */
  readonly parametersText: string;
  /** RFC 1870 §6.1: the declared size, when there was one. */
  readonly declaredBytes: number | undefined;
  readonly smtpUtf8: boolean;
}

/** RCPT as it was given. */
export interface EnvelopeRecipient {
  readonly forwardPath: Path;
  readonly parameters: Parameters;
  readonly parametersText: string;
}

/** The envelope of one transaction: the recipients are those that were accepted. */
export interface Envelope extends OpenTransaction {
  readonly recipients: readonly EnvelopeRecipient[];
}
