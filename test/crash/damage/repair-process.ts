// SPDX-License-Identifier: Apache-2.0

/** A repair in a process of its own, that can be killed: `node repair-process.ts DIRECTORY`. */
import { repairStore } from "../../../src/store/repair/repair.ts";
import { labRepair } from "./lab-repair.ts";

const [directory = ""] = process.argv.slice(2);
repairStore(directory, labRepair);
