// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { GatewayProcess } from "../../support/gateway-process.ts";
import { removeDirectory, temporaryDirectory } from "../../support/temporary.ts";
import { waitFor } from "../../support/wait-for.ts";
import { type CutCheck, checkCut, labSettings } from "./check-cut.ts";
import { type Cut, type FileSystemName, InnerDisk, type OuterDisk } from "./loop-disk.ts";
import { MixedLoad } from "./mixed-load.ts";
import { Upstreams } from "./upstreams.ts";

export interface PowerCutOptions {
  readonly cuts: number;
  readonly seed: number;
  readonly tell: (line: string) => void;
}

export interface PowerCutResult {
  readonly fileSystem: FileSystemName;
  readonly cuts: number;
  /** Acknowledged over the whole load. */
  readonly acknowledged: number;
  /** Sums over all cuts: the same message counts in each cut that it must be in. */
  readonly owedChecked: number;
  readonly lost: number;
  readonly removedChecked: number;
  readonly openThere: number;
  readonly mailboxesChecked: number;
  /** Messages that a start found *offered*, and unwanted files that it unlinked: what recovery had to do. */
  readonly recovered: number;
  readonly findings: readonly string[];
}

/** Cuts the power of a gateway under load many times, by copies of its device, and looks at each. */
export async function cutPower(
  outer: OuterDisk,
  fileSystem: FileSystemName,
  { cuts, seed, tell }: PowerCutOptions,
): Promise<PowerCutResult> {
  const directory = await temporaryDirectory("power-cut");
  const disk = await InnerDisk.create(outer, fileSystem);
  try {
    const load = new MixedLoad({ seed, pauseMs: 20, senders: 6 });
    const upstreams = await Upstreams.start(directory, load.world);
    const moments = await loadAndCut({ disk, load, upstreams, directory, cuts });
    await upstreams.stop();
    await disk.unmount();
    tell(`${fileSystem}: ${moments.length} cuts, ${load.acknowledged} messages acknowledged`);
    const checks: CutCheck[] = [];
    for (const cut of moments) {
      checks.push(await checkCut(disk, cut, load.ledger));
      if (checks.length % 10 === 0) tell(`${fileSystem}: ${checks.length} cuts checked`);
    }
    return sumUp(fileSystem, load, checks);
  } finally {
    await disk.remove();
    await removeDirectory(directory);
  }
}

interface CutLoad {
  readonly disk: InnerDisk;
  readonly load: MixedLoad;
  readonly upstreams: Upstreams;
  readonly directory: string;
  readonly cuts: number;
}

async function loadAndCut({ disk, load, upstreams, directory, cuts }: CutLoad): Promise<readonly Cut[]> {
  const gateway = await GatewayProcess.start({
    configuration: upstreams.configuration(directory),
    settings: labSettings,
    dataDirectory: join(disk.directory, "data"),
  });
  try {
    await load.start(gateway, upstreams);
    const moments: Cut[] = [];
    while (moments.length < cuts) {
      // The first cuts fall into the first messages; the others must have removals behind them, however slow the machine.
      if (moments.length === Math.floor(cuts / 3)) await waitFor("the load to remove messages", () => load.hasRemoved);
      await setTimeout(150 + Math.random() * 900);
      moments.push(await disk.cut(moments.length));
    }
    await load.stop();
    await gateway.stop();
    return moments;
  } finally {
    await gateway.remove();
  }
}

function sumUp(fileSystem: FileSystemName, load: MixedLoad, checks: readonly CutCheck[]): PowerCutResult {
  const sum = (of: (check: CutCheck) => number): number => checks.reduce((total, check) => total + of(check), 0);
  const troubles = [...load.troubles].map(([text, count]) => `while loaded, ${count} times: ${text}`);
  return {
    fileSystem,
    cuts: checks.length,
    acknowledged: load.acknowledged,
    owedChecked: sum(({ owed }) => owed),
    lost: sum(({ lost }) => lost),
    removedChecked: sum(({ removed }) => removed),
    openThere: sum(({ open }) => open),
    mailboxesChecked: sum(({ mailboxes }) => mailboxes),
    recovered: sum(({ recovered }) => recovered),
    findings: [...troubles, ...checks.flatMap(({ findings }) => findings)],
  };
}
