// SPDX-License-Identifier: Apache-2.0

import type { AccountNames, Field, SecurePlace, Sheet, SheetValues, Step } from "./sheet.ts";
import { placeFields, securePlace } from "./sheet-parts.ts";

/** Mail clients, through the recording proxy. */
export const clients: readonly Sheet[] = [
  client("outlook", placeFields),
  client("thunderbird", placeFields),
  client("apple-mail", withSwitch),
  client("iphone", withSwitch),
  client("android", placeFields),
];

/** How one client asks for host, port and encryption; the rest is alike. */
function client(system: string, server: (place: SecurePlace | undefined) => readonly Field[]): Sheet {
  const steps = ({ pull, submit }: SheetValues, account: AccountNames | undefined): readonly Step[] => [
    { key: "account" },
    { key: "incoming", fields: side(server(pull), account?.incoming) },
    { key: "outgoing", fields: side(server(submit), account?.outgoing) },
    { key: "finish" },
  ];
  return { system, group: "clients", steps };
}

function side(server: readonly Field[], userName: string | undefined): readonly Field[] {
  return [
    ...server,
    userName === undefined ? { label: "userName", word: "fromForm" } : { label: "userName", value: userName },
    { label: "password", word: "ownPassword" },
    { label: "authentication", word: "normalPassword" },
  ];
}

/** Apple's programs have a switch for TLS and find out which kind it is. */
function withSwitch(place: SecurePlace | undefined): readonly Field[] {
  const { host, port } = securePlace(place);
  return [
    { label: "server", value: host },
    { label: "port", value: String(port) },
    { label: "useTls", word: "on" },
  ];
}
