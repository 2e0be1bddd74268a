// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import type { Overview } from "../../api/overview.ts";
import { useFormat } from "../../app/format.ts";

/** How full the disk is, and where the gateway stops taking mail. */
export function DiskCard({ disk, sealedBytes }: Pick<Overview, "disk" | "sealedBytes">) {
  const { t } = useTranslation("overview");
  const { bytes } = useFormat();
  const { freeBytes, totalBytes, reserveBytes } = disk;
  const low = freeBytes <= reserveBytes;
  const values = { free: bytes(freeBytes), total: bytes(totalBytes) };
  return (
    <section className="card stack stack--close" aria-labelledby="disk">
      <h2 id="disk">{t("disk")}</h2>
      <p className="figure__value">{t("diskFree", values)}</p>
      <DiskBar disk={disk} />
      <p className="disk__legend" aria-hidden="true">
        <span className={`disk__key disk--${low ? "low" : "used"}`}>{t("diskUsed")}</span>
        <span className="disk__key disk--free">{t("diskRest")}</span>
        <span className="disk__key disk--reserve">{t("diskReserve")}</span>
      </p>
      <p className="card__text">
        {t(low ? "diskLow" : "diskText", { reserve: bytes(reserveBytes), sealed: bytes(sealedBytes) })}
      </p>
    </section>
  );
}

function DiskBar({ disk: { freeBytes, totalBytes, reserveBytes } }: Pick<Overview, "disk">) {
  const part = (value: number): number =>
    totalBytes === 0 ? 0 : Math.min(100, Math.max(0, (100 * value) / totalBytes));
  const used = part(totalBytes - freeBytes);
  const reserve = part(reserveBytes);
  return (
    <svg className="disk__bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect className="disk--free" width={100} height={4} />
      {/* A line of its own when it is too thin to be seen. */}
      <rect className="disk--reserve" x={100 - Math.max(reserve, 0.6)} width={Math.max(reserve, 0.6)} height={4} />
      <rect className={freeBytes <= reserveBytes ? "disk--low" : "disk--used"} width={used} height={4} />
    </svg>
  );
}
