// SPDX-License-Identifier: Apache-2.0
import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button.tsx";

interface Props {
  readonly children: ReactNode;
  /** Another value gives the children another chance. */
  readonly resetKey?: string;
}

/** Shows what has failed instead of an empty page. React has no way to do this without a class. */
export class ErrorBoundary extends Component<Props, { readonly error: unknown; readonly failed: boolean }> {
  override state = { error: undefined as unknown, failed: false };

  static getDerivedStateFromError(error: unknown) {
    return { error, failed: true };
  }

  override componentDidUpdate(before: Props): void {
    if (!this.state.failed || before.resetKey === this.props.resetKey) return;
    // oxlint-disable-next-line react/no-did-update-set-state -- once, when the address has changed
    this.setState({ error: undefined, failed: false });
  }

  override render(): ReactNode {
    return this.state.failed ? <Broken error={this.state.error} /> : this.props.children;
  }
}

function Broken({ error }: { readonly error: unknown }) {
  const { t } = useTranslation();
  return (
    <div className="lone" role="alert">
      <h1>{t("brokenTitle")}</h1>
      <p>{t("brokenText")}</p>
      <pre className="code-block">{error instanceof Error ? error.message : String(error)}</pre>
      <Button kind="primary" onClick={() => location.reload()}>
        {t("reload")}
      </Button>
    </div>
  );
}
