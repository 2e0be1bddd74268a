// SPDX-License-Identifier: Apache-2.0
import signIn from "../pages/sign-in/texts.de.json";
import countsOverTime from "./counts-over-time.de.json";
import frame from "./frame.de.json";
import mailbox from "./mailbox.de.json";
import problems from "./problems.de.json";
import reasons from "./reasons.de.json";

/** What is said on more than one page, and at the sign-in: one file, which the first page waits for. */
export const sharedTexts = { frame, problems, reasons, mailbox, "counts-over-time": countsOverTime, "sign-in": signIn };
