// SPDX-License-Identifier: Apache-2.0

/** What the sheets fill in; all of it comes from the API. */
export interface SheetValues {
  readonly id: string;
  readonly address: string;
  /** Of the address. */
  readonly domain: string;
  /** Where mail servers deliver. `undefined`: the gateway does not listen for it. */
  readonly smtp: Place | undefined;
  /** Where archives and mail clients fetch. */
  readonly pull: SecurePlace | undefined;
  /** Where mail clients send. */
  readonly submit: SecurePlace | undefined;
  /** SHA-256 of the gateway's certificate, with colons. */
  readonly fingerprint: string | undefined;
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

export interface SecurePlace extends Place {
  readonly tls: "starttls" | "implicit";
}

export const groups = ["senders", "clients", "archives"] as const;
export type Group = (typeof groups)[number];

/** Something to type into one field. */
export interface Field {
  /** A key of `fields`. */
  readonly label: string;
  /** As it is typed. */
  readonly value?: string;
  /** A key of `words`, for what is chosen rather than typed. */
  readonly word?: string;
}

/** Its words are `systems.<system>.<key>.title` and `.text`. */
export interface Step {
  readonly key: string;
  readonly fields?: readonly Field[];
  /** Commands, or lines of a configuration file. */
  readonly code?: string;
  /** It is a warning rather than something to do. */
  readonly warning?: true;
}

/** How one system is set up. A sheet of mail clients needs the names of an account as well. */
export type Sheet =
  | {
      readonly system: string;
      readonly group: "senders" | "archives";
      readonly steps: (values: SheetValues) => readonly Step[];
    }
  | {
      readonly system: string;
      readonly group: "clients";
      readonly steps: (values: SheetValues, account: AccountNames | undefined) => readonly Step[];
    };

/** What a person types as user name, for each direction. */
export interface AccountNames {
  readonly incoming: string;
  readonly outgoing: string;
}
