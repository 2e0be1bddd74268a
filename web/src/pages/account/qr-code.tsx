// SPDX-License-Identifier: Apache-2.0
import { encodeQR } from "qr";

/** Light modules around it that a camera needs (ISO/IEC 18004, 6.3.8). */
const border = 4;

/** A text as a picture for a camera, drawn here: what it says is secret. Always dark on light. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const rows = encodeQR(text, "raw", { ecc: "medium", border });
  const size = rows.length;
  const path = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return (
    <svg className="qr-code" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect className="qr-code__light" width={size} height={size} />
      <path className="qr-code__dark" d={path} />
    </svg>
  );
}
