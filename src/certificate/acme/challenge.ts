// SPDX-License-Identifier: Apache-2.0

/** How a name is shown to be ours; the authority's word for it. */
export type ChallengeKind = "http-01" | "tls-alpn-01";

/** What the authority will ask for, at one name. */
export interface PendingChallenge {
  readonly name: string;
  readonly token: string;
  readonly keyAuthorization: string;
}

/** Answers challenges while an order is open, and nothing else. */
export interface ChallengeAnswerer {
  readonly kind: ChallengeKind;
  /** From now on this challenge is answered. */
  present(challenge: PendingChallenge): Promise<void>;
  close(): Promise<void>;
}
