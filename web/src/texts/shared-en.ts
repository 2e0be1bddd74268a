// SPDX-License-Identifier: Apache-2.0
import signIn from "../pages/sign-in/texts.en.json";
import countsOverTime from "./counts-over-time.en.json";
import frame from "./frame.en.json";
import mailbox from "./mailbox.en.json";
import problems from "./problems.en.json";
import reasons from "./reasons.en.json";

/** What is said on more than one page, and at the sign-in: one file, which the first page waits for. */
export const sharedTexts = { frame, problems, reasons, mailbox, "counts-over-time": countsOverTime, "sign-in": signIn };
