// SPDX-License-Identifier: Apache-2.0
import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

interface TabsProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly tabs: readonly { readonly value: string; readonly text: string; readonly content: ReactNode }[];
}

/** Views of one thing beside each other; arrow keys move between them. */
export function Tabs({ label, value, onChange, tabs }: TabsProps) {
  return (
    <Base.Root value={value} onValueChange={(chosen) => onChange(String(chosen))} className="tabs">
      <Base.List className="tabs__list" aria-label={label}>
        {tabs.map((tab) => (
          <Base.Tab key={tab.value} value={tab.value} className="tabs__tab">
            {tab.text}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.value} value={tab.value} className="tabs__panel">
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
