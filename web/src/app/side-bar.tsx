// SPDX-License-Identifier: Apache-2.0

import { useTranslation } from "react-i18next";
import { Link, NavLink } from "react-router";
import { usePerson, useSignOut } from "../api/session.ts";
import { Button } from "../components/button.tsx";
import { Icon, type IconName, isIconName } from "../components/icon.tsx";
import { useProblemText } from "../components/problem.tsx";
import { useToast } from "../components/toasts.tsx";
import icon from "./icon.svg";
import { useOpenPages } from "./open-pages.ts";
import { Preferences } from "./preferences.tsx";

/** The navigation, and below it whose console this is. */
export function SideBar() {
  const { t } = useTranslation();
  const open = useOpenPages();
  const shown = open.filter(({ place }) => place === "main");
  return (
    <div className="side">
      <Brand />
      <nav aria-label={t("navigation")} className="side__nav">
        <ul>
          {shown.map(({ name, path }) => (
            <li key={name}>
              <NavLink to={path} className="side__link" end={path === "/"}>
                <Icon name={iconOf(name)} />
                {t(`pages.${name}`)}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <Preferences />
      <Who />
    </div>
  );
}

export function Brand() {
  const { t } = useTranslation();
  return (
    <Link to="/" className="brand">
      <img src={icon} alt="" width={28} height={28} />
      <span className="brand__name">{t("product")}</span>
    </Link>
  );
}

function Who() {
  const { t } = useTranslation();
  const { name, role } = usePerson();
  const signOut = useSignOut();
  const say = useToast();
  const textOf = useProblemText();
  return (
    <div className="who">
      <div className="who__text">
        <span className="who__name">{name}</span>
        <span className="who__role">{t(`roles.${role}`)}</span>
      </div>
      <Button
        kind="quiet"
        icon="sign-out"
        label={t("signOut")}
        onClick={() => void signOut().catch((error: unknown) => say(textOf(error)))}
      />
    </div>
  );
}

function iconOf(page: string): IconName {
  return isIconName(page) ? page : "page";
}
