// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../../support/run-program.ts";

/** The file systems that a data directory may lie on, each with its own rules for what survives. */
export const fileSystems = {
  "ext4 ordered": { make: ["mkfs.ext4", "-q", "-F"], mount: "data=ordered" },
  "ext4 writeback": { make: ["mkfs.ext4", "-q", "-F"], mount: "data=writeback" },
  // The cuts of one device have one identity.
  xfs: { make: ["mkfs.xfs", "-q", "-f"], mount: "nouuid" },
  btrfs: { make: ["mkfs.btrfs", "-q", "-f"], mount: "defaults" },
} as const satisfies Readonly<Record<string, { readonly make: readonly string[]; readonly mount: string }>>;

export type FileSystemName = keyof typeof fileSystems;
export const fileSystemNames = Object.keys(fileSystems).filter(isFileSystemName);

export function isFileSystemName(name: string): name is FileSystemName {
  return name in fileSystems;
}

/** Sparse: what they hold decides, not their size. */
const outerBytes = 24 * 1024 ** 3;
const innerBytes = 1024 ** 3;

/** Why loop images cannot be mounted here, tried out; `undefined` when they can. */
export async function whyNoLoopDisks(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "mounting needs root";
  const directory = await mkdtemp(join(tmpdir(), "postern-loop-"));
  try {
    const outer = await OuterDisk.create(directory);
    await outer.remove();
    return undefined;
  } catch (error) {
    return `no XFS with reflink can be made and mounted by loop: ${lastLine(error)}`;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Why a file system cannot be made here; `undefined` when it can. */
export async function whyNotMade(name: FileSystemName): Promise<string | undefined> {
  const [program] = fileSystems[name].make;
  const { code } = await runProgram("sh", ["-c", `command -v ${program}`], { accept: [0, 1, 127] });
  return code === 0 ? undefined : `${program} is missing`;
}

/** An XFS in a loop image: files in it can be copied by reflink, at once. */
export class OuterDisk {
  readonly directory: string;
  readonly #image: string;

  private constructor(image: string, directory: string) {
    this.#image = image;
    this.directory = directory;
  }

  static async create(parent: string): Promise<OuterDisk> {
    const outer = new OuterDisk(join(parent, "outer.img"), join(parent, "outer"));
    await sparse(outer.#image, outerBytes);
    await mkdir(outer.directory);
    await runProgram("mkfs.xfs", ["-q", "-m", "reflink=1", outer.#image]);
    await mountLoop(outer.#image, outer.directory, "defaults");
    return outer;
  }

  async remove(): Promise<void> {
    await runProgram("umount", [this.directory]);
    await rm(this.#image);
    await rm(this.directory, { recursive: true });
  }
}

/** A moment at which the power was cut. By `performance.now()`: it lies between the two. */
export interface Cut {
  readonly number: number;
  readonly beganMs: number;
  readonly endedMs: number;
}

/**
 * The device that the data directory of a gateway lies on. A cut is a copy of it by reflink: it has what the device had
 * accepted at that moment; what was in the page cache alone is missing, as after a power cut.
 */
export class InnerDisk {
  readonly name: FileSystemName;
  readonly directory: string;
  readonly #images: string;
  #mounted = false;

  private constructor(name: FileSystemName, images: string) {
    this.name = name;
    this.#images = images;
    this.directory = join(images, "mounted");
  }

  static async create(outer: OuterDisk, name: FileSystemName): Promise<InnerDisk> {
    const images = await mkdtemp(join(outer.directory, "device-"));
    const disk = new InnerDisk(name, images);
    const { make } = fileSystems[name];
    await mkdir(disk.directory);
    await sparse(disk.#device, innerBytes);
    const [program, ...args] = make;
    await runProgram(program, [...args, disk.#device]);
    await disk.#mount(disk.#device);
    return disk;
  }

  get #device(): string {
    return join(this.#images, "device.img");
  }

  async cut(number: number): Promise<Cut> {
    const beganMs = performance.now();
    await runProgram("cp", ["--reflink=always", this.#device, this.#cutImage(number)]);
    return { number, beganMs, endedMs: performance.now() };
  }

  /** Mounts a cut in the place of the device, which must not be mounted: Btrfs takes two of one identity for one. */
  async mountCut(cut: Cut): Promise<void> {
    await this.#mount(this.#cutImage(cut.number));
  }

  /** As after a new start of the machine: the journal is replayed. */
  async mountAgain(): Promise<void> {
    await this.unmount();
    await this.#mount(this.#device);
  }

  async unmount(): Promise<void> {
    if (!this.#mounted) return;
    await runProgram("umount", [this.directory]);
    this.#mounted = false;
  }

  async dropCut(cut: Cut): Promise<void> {
    await rm(this.#cutImage(cut.number));
  }

  async remove(): Promise<void> {
    await this.unmount();
    await rm(this.#images, { recursive: true });
  }

  #cutImage(number: number): string {
    return join(this.#images, `cut-${number}.img`);
  }

  async #mount(image: string): Promise<void> {
    await mountLoop(image, this.directory, fileSystems[this.name].mount);
    this.#mounted = true;
  }
}

async function mountLoop(image: string, directory: string, options: string): Promise<void> {
  await runProgram("mount", ["-o", `loop,${options}`, image, directory]);
}

async function sparse(path: string, bytes: number): Promise<void> {
  await writeFile(path, "");
  await truncate(path, bytes);
}

function lastLine(error: unknown): string {
  return String(error).trim().split("\n").at(-1) ?? "";
}
