// SPDX-License-Identifier: Apache-2.0

import { acme } from "./sections/acme.ts";
import { console } from "./sections/console.ts";
import { control } from "./sections/control.ts";
import { gateway } from "./sections/gateway.ts";
import { limits } from "./sections/limits.ts";
import { listen } from "./sections/listen.ts";
import { log } from "./sections/log.ts";
import { notify } from "./sections/notify.ts";
import { proxy } from "./sections/proxy.ts";
import { seal } from "./sections/seal.ts";
import { smtp } from "./sections/smtp.ts";
import { tls } from "./sections/tls.ts";
import type { ValueType } from "./values.ts";

/**
 * Every setting, once: the checker, the example file, the manual page and the console form are made from this table.
 * A section is a file in `sections/`. Add a setting there and run `npm run make`.
 */
export const schema = {
  gateway,
  listen,
  tls,
  acme,
  smtp,
  limits,
  seal,
  log,
  proxy,
  notify,
  console,
  control,
};

type Schema = typeof schema;
export type SectionName = keyof Schema;

/** `section.key`, as in `limits.max_message_size`. */
export type SettingName = {
  [S in SectionName]: `${S}.${Extract<keyof Schema[S]["settings"], string>}`;
}[SectionName];

/** A checked configuration: what `gateway.ts` starts from. Sizes are bytes, times milliseconds, paths absolute. */
export type Configuration = {
  readonly [S in SectionName]: {
    readonly [K in keyof Schema[S]["settings"] as FieldName<K, Schema[S]["settings"][K]>]: ValueOf<
      Schema[S]["settings"][K]
    >;
  };
};

type CamelCase<K extends string> = K extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : K;
type FieldName<K, S> = S extends { readonly field: infer F extends string }
  ? F
  : K extends string
    ? CamelCase<K>
    : never;
type ValueOf<S> = S extends { readonly type: ValueType<infer T> } ? T : never;
