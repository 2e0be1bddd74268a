// SPDX-License-Identifier: Apache-2.0
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/session.ts";
import { Loading } from "../../components/loading.tsx";
import { Notice } from "../../components/notice.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Problem } from "../../components/problem.tsx";
import { NoticeChannels } from "./notice-channels.tsx";
import { SectionCard } from "./section-card.tsx";
import { useLabel } from "./setting-field.tsx";
import type { Settings } from "./setting-values.ts";
import "./settings.css";
import { useSettings } from "./use-settings.ts";

/** Every setting of the gateway, made from what the gateway says of them. */
export function Page() {
  const { t } = useTranslation(["settings", "frame"]);
  const may = useMay();
  const { data, isPending, error, refetch } = useSettings();
  return (
    <>
      <PageHeader title={t("frame:pages.settings")} lead={t("lead")} />
      {isPending && <Loading />}
      {error !== null && <Problem error={error} retry={() => void refetch()} />}
      {data !== undefined && (
        <div className="settings">
          <JumpList settings={data.answer} />
          <div className="stack stack--narrow settings__sections">
            <Waiting settings={data.answer} />
            {data.answer.sections.map((section) => (
              <SectionCard key={section.name} section={section} tag={data.tag} mayChange={may("settings:write")}>
                {section.name === "notify" && (
                  <NoticeChannels version={data.answer.version} mayTest={may("settings:write")} />
                )}
              </SectionCard>
            ))}
          </div>
        </div>
      )}
    </>
  );
}

/** The way to each section; the page is long. */
function JumpList({ settings: { sections } }: { readonly settings: Settings }) {
  const { t } = useTranslation("settings");
  return (
    <nav className="settings__jump" aria-label={t("jump")}>
      <ul>
        {sections.map(({ name }) => (
          <li key={name}>
            <a href={`#${name}`}>{t(`sections.${name}`, { defaultValue: name })}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Waiting({ settings: { sections } }: { readonly settings: Settings }) {
  const { t } = useTranslation("settings");
  const label = useLabel();
  const waiting = sections.flatMap(({ settings }) => settings).filter((each) => each.waiting);
  if (waiting.length === 0) return null;
  return (
    <Notice kind="warning" title={t("waiting")}>
      <p>
        {t("waitingText")} {waiting.map(label).join(", ")}
      </p>
    </Notice>
  );
}
