// SPDX-License-Identifier: Apache-2.0
import { section, setting } from "../setting.ts";
import { choice, count } from "../values.ts";

export const seal = section("How messages are sealed. A change applies to mailboxes and passwords made from then on.", {
  recipient_type: setting({
    type: choice("mlkem768x25519", "x25519"),
    default: "mlkem768x25519",
    help: "The kind of key pair of new mailboxes: post-quantum hybrid, or X25519 alone for programs that know nothing else.",
  }),
  scrypt_work_factor: setting({
    type: count({ min: 10, max: 20 }),
    default: 15,
    help: "How hard a generated mailbox password is to try, as log2 of N; each step doubles time and memory of a sign-in (15: 32 MiB). Generated passwords carry over 128 random bits, so the default is low. Chosen passwords always get 18.",
  }),
});
