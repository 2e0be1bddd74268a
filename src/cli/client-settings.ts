// SPDX-License-Identifier: Apache-2.0
import type { MailboxDetails } from "../admin/shapes.ts";
import { PosternError } from "../base/errors.ts";
import { formatTarget, parseLoginName, parseTarget } from "../protocol/proxy-user-name.ts";

/** One person's account at the real server, or servers. */
export interface ProxyAccount {
  /** The user's name there, often the address. */
  readonly user: string;
  /** Targets in the proxy's writing. */
  readonly incoming: string;
  readonly outgoing: string;
}

export interface ClientServer {
  readonly host: string;
  readonly port: number;
  readonly tls: "implicit" | "starttls";
  readonly userName: string;
}

/** What goes into the fields of any mail client. */
export interface ClientSettings {
  /** POP3; `null`: the gateway does not listen for it. */
  readonly incoming: ClientServer | null;
  /** SMTP; as `incoming`. */
  readonly outgoing: ClientServer | null;
}

/** Reads `USER SERVER` or `USER INCOMING OUTGOING`. Throws `cli/usage`. */
export function proxyAccount([user = "", first = "", second = first, ...more]: readonly string[]): ProxyAccount {
  if (user === "" || first === "" || more.length > 0)
    throw new PosternError("cli/usage", "write the mailbox first, then --proxy USER SERVER");
  return { user, incoming: target(first), outgoing: target(second) };
}

/** Throws `cli/usage` when the user's name cannot stand in a user name of the proxy. */
export function clientSettings(
  { id, pull, submit }: Pick<MailboxDetails, "id" | "pull" | "submit">,
  { user, incoming, outgoing }: ProxyAccount,
): ClientSettings {
  return {
    incoming: server(pull, `${user}%${incoming}%${id}`),
    outgoing: server(submit, `${user}%${outgoing}%${id}`),
  };
}

/** The first one: TLS from the start where there is a listener for it (RFC 8314 §3). */
function server([endpoint]: MailboxDetails["pull"], userName: string): ClientServer | null {
  // Typed as it is printed, it must be read as it was meant.
  if (parseLoginName(userName).kind !== "proxy")
    throw new PosternError("cli/usage", "the user's name holds a character that no user name may hold");
  return endpoint === undefined ? null : { ...endpoint, userName };
}

function target(text: string): string {
  const parsed = parseTarget(text);
  if (parsed === undefined) throw new PosternError("cli/usage", `"${text}" is no server: write host or host:port`);
  return formatTarget(parsed);
}
