// SPDX-License-Identifier: Apache-2.0

/**
 * Draws what a thread's CPU time went to: a flame graph of a `.cpuprofile` as node's `--cpu-prof` writes it. Width is
 * time on the CPU; below stands who called.
 */

/** One function with those that it called, and the microseconds that samples fell into all of it. */
export interface Frame {
  readonly name: string;
  readonly place: string;
  totalUs: number;
  readonly callees: Map<string, Frame>;
}

export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[] | undefined;
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** What is not work: a thread that waits, and the sampler's own root. */
const notWork: ReadonlySet<string> = new Set(["(idle)", "(program)"]);

/**
 * The call tree with recursion as it was. `(idle)` is left out; `(program)`, native code that no JavaScript had called,
 * stays.
 */
export function callTree({ nodes, samples, timeDeltas }: CpuProfile): Frame {
  const selfUs = new Map<number, number>();
  for (const [at, id] of samples.entries()) selfUs.set(id, (selfUs.get(id) ?? 0) + Math.max(0, timeDeltas[at] ?? 0));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const top = newFrame("all", "");
  const add = (id: number, parent: Frame): number => {
    const node = byId.get(id);
    if (node === undefined || node.callFrame.functionName === "(idle)") return 0;
    const { functionName, url, lineNumber } = node.callFrame;
    const place = placeOf(url, lineNumber);
    const frame = functionName === "(root)" ? parent : childOf(parent, functionName || "(anonymous)", place);
    let us = selfUs.get(id) ?? 0;
    for (const child of node.children ?? []) us += add(child, frame);
    frame.totalUs += us;
    return us;
  };
  const [root] = nodes;
  if (root !== undefined) add(root.id, top);
  return top;
}

/** The time of a thread that was work of JavaScript or called by it, in microseconds. */
export function workUs(tree: Frame): number {
  let us = tree.totalUs;
  for (const frame of tree.callees.values()) if (notWork.has(frame.name)) us -= frame.totalUs;
  return us;
}

function childOf(parent: Frame, name: string, place: string): Frame {
  const key = `${name} ${place}`;
  let frame = parent.callees.get(key);
  if (frame === undefined) parent.callees.set(key, (frame = newFrame(name, place)));
  return frame;
}

function newFrame(name: string, place: string): Frame {
  return { name, place, totalUs: 0, callees: new Map() };
}

/** A file of ours below `src/`, without the path of this machine; others by their last part. */
function placeOf(url: string, lineNumber: number): string {
  if (url === "") return "";
  const ours = /\/(src\/.+)$/.exec(url)?.[1];
  const file = ours ?? url.replace(/^.*\//, "");
  return `${file}:${lineNumber + 1}`;
}

const widthPx = 1200;
const rowPx = 17;
const titlePx = 22;
/** Narrower than this cannot be seen, and would make the file large. */
const narrowestPx = 1.2;

/** Several threads below each other, each as wide as its share of the busiest one. */
export function drawFlames(title: string, threads: readonly (readonly [name: string, tree: Frame])[]): string {
  const widest = Math.max(1, ...threads.map(([, tree]) => tree.totalUs));
  const parts: string[] = [];
  let top = titlePx + 8;
  for (const [name, tree] of threads) {
    const pxPerUs = widthPx / widest;
    const depth = depthOf(tree, pxPerUs);
    parts.push(`<text x="2" y="${top + 14}" class="t">${escape(name)}: ${(tree.totalUs / 1e6).toFixed(2)} s</text>`);
    top += titlePx;
    const bottom = top + depth * rowPx;
    let x = 0;
    for (const frame of sorted(tree)) {
      draw(frame, { x, y: bottom - rowPx, pxPerUs, totalUs: tree.totalUs }, parts);
      x += frame.totalUs * pxPerUs;
    }
    top = bottom + 10;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${top}" font-family="monospace" font-size="11">
<style>.t{font-size:13px;font-weight:bold}rect{stroke:#fff;stroke-width:.5}svg{background:#fff}</style>
<text x="2" y="16" class="t">${escape(title)}</text>
${parts.join("\n")}
</svg>
`;
}

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly pxPerUs: number;
  /** Of the thread. */
  readonly totalUs: number;
}

function draw(frame: Frame, spot: Spot, parts: string[]): void {
  const width = frame.totalUs * spot.pxPerUs;
  if (width < narrowestPx) return;
  const share = ((frame.totalUs / spot.totalUs) * 100).toFixed(1);
  const [x, y] = [spot.x.toFixed(1), spot.y];
  const tip = escape(`${frame.name}${frame.place === "" ? "" : ` ${frame.place}`} ${share} %`);
  const letters = Math.floor((width - 4) / 6.7);
  const label =
    letters < 3 ? "" : `<text x="${(spot.x + 2).toFixed(1)}" y="${y + 12}">${escape(cut(frame.name, letters))}</text>`;
  parts.push(
    `<g><title>${tip}</title><rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${rowPx - 1}" fill="${colourOf(frame)}"/>${label}</g>`,
  );
  let left = spot.x;
  for (const callee of sorted(frame)) {
    draw(callee, { ...spot, x: left, y: y - rowPx }, parts);
    left += callee.totalUs * spot.pxPerUs;
  }
}

/** Ours is warm, Node's is blue, what is native or the collector's is grey. */
function colourOf({ name, place }: Frame): string {
  if (place.startsWith("src/seal/") || place.startsWith("src/capture/")) return "#f6b26b";
  if (place.startsWith("src/store/")) return "#ffd966";
  if (place.startsWith("src/")) return "#ea9999";
  if (name === "(garbage collector)") return "#b7b7b7";
  return place === "" ? "#d9d9d9" : "#9fc5e8";
}

function sorted(frame: Frame): readonly Frame[] {
  return Array.from(frame.callees.values()).toSorted((one, other) => other.totalUs - one.totalUs);
}

function depthOf(frame: Frame, pxPerUs: number): number {
  let deepest = 0;
  for (const callee of frame.callees.values())
    if (callee.totalUs * pxPerUs >= narrowestPx) deepest = Math.max(deepest, 1 + depthOf(callee, pxPerUs));
  return deepest;
}

function cut(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
