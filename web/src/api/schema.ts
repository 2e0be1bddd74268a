// SPDX-License-Identifier: Apache-2.0
// Made by `npm run make` from the OpenAPI description of the API; not edited by hand.

/** What operations answer, by their name. */
export interface Answers {
  setUp: { "name": string; "role": "administrator" | "operator" | "auditor"; "scopes": ("status:read" | "events:read" | "mailboxes:read" | "mailboxes:write" | "administrators:read" | "administrators:write" | "tokens:write" | "audit:read" | "settings:read" | "settings:write")[]; "csrfToken": (string) | (null); "secondFactorNeeded": boolean };
  signIn: ({ "name": string; "role": "administrator" | "operator" | "auditor"; "scopes": ("status:read" | "events:read" | "mailboxes:read" | "mailboxes:write" | "administrators:read" | "administrators:write" | "tokens:write" | "audit:read" | "settings:read" | "settings:write")[]; "csrfToken": (string) | (null); "secondFactorNeeded": boolean }) | ({ "secondFactors": ("totp" | "passkey" | "recovery-code")[]; "ticket": string; "passkeyOptions"?: { [name: string]: unknown } | undefined });
  whoAmI: { "name": string; "role": "administrator" | "operator" | "auditor"; "scopes": ("status:read" | "events:read" | "mailboxes:read" | "mailboxes:write" | "administrators:read" | "administrators:write" | "tokens:write" | "audit:read" | "settings:read" | "settings:write")[]; "csrfToken": (string) | (null); "secondFactorNeeded": boolean };
  signOut: { "ended": number };
  finishSignIn: { "name": string; "role": "administrator" | "operator" | "auditor"; "scopes": ("status:read" | "events:read" | "mailboxes:read" | "mailboxes:write" | "administrators:read" | "administrators:write" | "tokens:write" | "audit:read" | "settings:read" | "settings:write")[]; "csrfToken": (string) | (null); "secondFactorNeeded": boolean };
  listSignIns: { "signIns": ({ "id": string; "current": boolean; "peer": string; "userAgent": string; "createdAt": string; "lastUsedAt": string })[] };
  signOutEverywhere: { "ended": number };
  endSignIn: { "ended": number };
  changeOwnPassword: { "name": string };
  listSecondFactors: { "factors": ({ "id": string; "kind": "totp" | "passkey"; "name": string; "createdAt": string; "lastUsedAt": (string) | (null) })[]; "recoveryCodesLeft": (number) | (null); "passkeysHere": boolean };
  beginTotp: { "ticket": string; "secret": string; "uri": string };
  confirmTotp: { "factor": { "id": string; "kind": "totp" | "passkey"; "name": string; "createdAt": string; "lastUsedAt": (string) | (null) }; "recoveryCodes": ((string)[]) | (null) };
  beginPasskey: { "ticket": string; "options": { [name: string]: unknown } };
  confirmPasskey: { "factor": { "id": string; "kind": "totp" | "passkey"; "name": string; "createdAt": string; "lastUsedAt": (string) | (null) }; "recoveryCodes": ((string)[]) | (null) };
  removeSecondFactor: { "id": string };
  renewRecoveryCodes: { "recoveryCodes": (string)[] };
  getStatus: { "running": ({ "version": string; "processId": number; "startedAt": string; "ports": ({ "service": string; "host": string; "port": number })[]; "networkThreads": number; "certificateFingerprint": string; "counters": { [name: string]: number } }) | (null); "dataDirectory": string; "hostName": string; "domains": (string)[]; "store": "ready" | "disk-low" | "failing" | "stopped"; "mailboxes": { "active": number; "suspended": number }; "messages": number; "sealedBytes": number; "notices": ({ "channel": "email" | "webhook"; "lastAttemptAt": (string) | (null); "lastDeliveredAt": (string) | (null); "outcome": ("delivered" | "refused" | "failed") | (null); "failures": number; "reason": (string) | (null) })[] };
  getOverview: { "store": "ready" | "disk-low" | "failing" | "stopped"; "disk": { "freeBytes": number; "totalBytes": number; "reserveBytes": number }; "certificate": ({ "notAfter": string; "fingerprint": string; "selfSigned": boolean }) | (null); "mailboxes": { "active": number; "suspended": number; "quiet": number; "notPulled": number }; "messages": number; "sealedBytes": number; "oldestReceivedAt": (string) | (null); "lastDay": { "received": number; "receivedBytes": number; "pulled": number; "refused": number }; "startedAt": (string) | (null); "version": (string) | (null); "attention": ({ "code": "store-failing" | "disk-low" | "certificate-expires" | "certificate-renewal-failing" | "mailbox-quiet" | "mailbox-not-pulled" | "error-logged" | "notice-not-delivered"; "severity": "warning" | "error"; "mailbox": (string) | (null); "mailboxName": (string) | (null); "at": (string) | (null); "values": { [name: string]: (string) | (number) } })[] };
  getActivity: { "step": "hour" | "day"; "points": ({ "at": string; "received": number; "receivedBytes": number; "pulled": number; "removed": number; "refused": number })[] };
  followEvents: string;
  listMailboxes: { "mailboxes": ({ "id": string; "address": string; "name": string; "description": string; "state": "active" | "suspended"; "createdAt": string; "purpose": "microsoft365" | "google-workspace" | "exchange" | "postfix" | "other" | "proxy"; "sources": ("journal" | "smtp-proxy" | "pop3-proxy")[]; "messages": number; "sealedBytes": number; "oldestReceivedAt": (string) | (null); "lastReceivedAt": (string) | (null); "lastPulledAt": (string) | (null) })[]; "next": (string) | (null); "total": number };
  createMailbox: { "id": string; "address": string; "password": (string) | (null) };
  getMailbox: { "id": string; "address": string; "name": string; "description": string; "state": "active" | "suspended"; "createdAt": string; "purpose": "microsoft365" | "google-workspace" | "exchange" | "postfix" | "other" | "proxy"; "sources": ("journal" | "smtp-proxy" | "pop3-proxy")[]; "messages": number; "sealedBytes": number; "oldestReceivedAt": (string) | (null); "lastReceivedAt": (string) | (null); "lastPulledAt": (string) | (null); "addresses": (string)[]; "version": string; "recipient": string; "recipientKind": "mlkem768x25519" | "x25519"; "allowedPeers": (string)[]; "requireTls": boolean; "allowedTargets": (string)[]; "mostWaitingBytes": (number) | (null); "deliver": ({ "host": string; "port": number; "tls": "starttls" | "implicit" })[]; "pull": ({ "host": string; "port": number; "tls": "starttls" | "implicit" })[]; "submit": ({ "host": string; "port": number; "tls": "starttls" | "implicit" })[] };
  editMailbox: { "id": string; "address": string; "name": string; "description": string; "state": "active" | "suspended"; "createdAt": string; "purpose": "microsoft365" | "google-workspace" | "exchange" | "postfix" | "other" | "proxy"; "sources": ("journal" | "smtp-proxy" | "pop3-proxy")[]; "messages": number; "sealedBytes": number; "oldestReceivedAt": (string) | (null); "lastReceivedAt": (string) | (null); "lastPulledAt": (string) | (null); "addresses": (string)[]; "version": string; "recipient": string; "recipientKind": "mlkem768x25519" | "x25519"; "allowedPeers": (string)[]; "requireTls": boolean; "allowedTargets": (string)[]; "mostWaitingBytes": (number) | (null); "deliver": ({ "host": string; "port": number; "tls": "starttls" | "implicit" })[]; "pull": ({ "host": string; "port": number; "tls": "starttls" | "implicit" })[]; "submit": ({ "host": string; "port": number; "tls": "starttls" | "implicit" })[] };
  deleteMailbox: { "id": string; "removedMessages": number };
  setMailboxState: { "id": string; "address": string; "name": string; "description": string; "state": "active" | "suspended"; "createdAt": string; "purpose": "microsoft365" | "google-workspace" | "exchange" | "postfix" | "other" | "proxy"; "sources": ("journal" | "smtp-proxy" | "pop3-proxy")[]; "messages": number; "sealedBytes": number; "oldestReceivedAt": (string) | (null); "lastReceivedAt": (string) | (null); "lastPulledAt": (string) | (null) };
  changeMailboxPassword: { "id": string; "address": string; "password": string };
  resetMailboxPassword: { "id": string; "address": string; "password": string; "removedMessages": number };
  sendTestMessage: { "outcome": "accepted" | "refused" | "failed"; "reply": string; "cause": "accepted" | "mailbox-suspended" | "peer-not-allowed" | "disk-low" | "store-failing" | "too-busy" | "other" | "no-listener" | "no-answer"; "tookMs": number; "messageId": string };
  listSessions: { "sessions": ({ "id": string; "service": string; "peer": string; "since": string; "tls": (string) | (null); "mailbox": (string) | (null); "target": (string) | (null); "messages": number; "bytes": number })[] };
  listRefusals: { "refusals": ({ "id": number; "at": string; "cause": string; "reply": (string) | (null); "peer": string; "hello": (string) | (null); "recipient": (string) | (null); "mailbox": (string) | (null) })[]; "next": (number) | (null); "keptSince": string };
  listMailboxOrigins: { "origins": ({ "source": "journal" | "smtp-proxy" | "pop3-proxy"; "peer": string; "tls": (string) | (null); "messages": number; "bytes": number; "lastAt": string })[]; "keptSince": string };
  getMailboxLedger: { "entries": ({ "position": number; "at": string; "event": string; "uniqueId": (string) | (null); "sealedBytes": (number) | (null); "sha256": (string) | (null); "detail": (string) | (null) })[]; "next": (number) | (null); "head": { "position": number; "hash": string } };
  listAdministrators: { "administrators": ({ "name": string; "role": "administrator" | "operator" | "auditor"; "createdAt": string; "passwordChangedAt": string; "secondFactors": ("totp" | "passkey")[] })[] };
  createAdministrator: { "name": string; "role": "administrator" | "operator" | "auditor"; "createdAt": string; "passwordChangedAt": string; "secondFactors": ("totp" | "passkey")[] };
  setAdministratorRole: { "name": string; "role": "administrator" | "operator" | "auditor"; "createdAt": string; "passwordChangedAt": string; "secondFactors": ("totp" | "passkey")[] };
  setAdministratorPassword: { "name": string; "role": "administrator" | "operator" | "auditor"; "createdAt": string; "passwordChangedAt": string; "secondFactors": ("totp" | "passkey")[] };
  resetSecondFactors: { "name": string; "reset": ("totp" | "passkey")[] };
  removeAdministrator: { "name": string };
  listTokens: { "tokens": ({ "id": string; "account": string; "name": string; "scopes": ("status:read" | "events:read" | "mailboxes:read" | "mailboxes:write" | "administrators:read" | "administrators:write" | "tokens:write" | "audit:read" | "settings:read" | "settings:write")[]; "createdAt": string; "expiresAt": string })[] };
  revokeToken: { "id": string };
  listOwnTokens: { "tokens": ({ "id": string; "account": string; "name": string; "scopes": ("status:read" | "events:read" | "mailboxes:read" | "mailboxes:write" | "administrators:read" | "administrators:write" | "tokens:write" | "audit:read" | "settings:read" | "settings:write")[]; "createdAt": string; "expiresAt": string })[] };
  createToken: { "id": string; "account": string; "name": string; "scopes": ("status:read" | "events:read" | "mailboxes:read" | "mailboxes:write" | "administrators:read" | "administrators:write" | "tokens:write" | "audit:read" | "settings:read" | "settings:write")[]; "createdAt": string; "expiresAt": string; "token": string };
  revokeOwnToken: { "id": string };
  readAudit: { "entries": ({ "position": number; "at": string; "actor": string; "origin": string; "action": string; "subject": string; "before": ({ [name: string]: unknown }) | (null); "after": ({ [name: string]: unknown }) | (null); "hash": string })[]; "next": (number) | (null); "head": { "position": number; "hash": string } };
  exportAudit: string;
  listSettings: { "version": string; "sections": ({ "name": string; "help": string; "settings": ({ "name": string; "key": string; "help": string; "type": string; "form": { "kind": "text" | "flag" | "path" | "list" | "table" | "choice" | "number"; "choices"?: (string)[] | undefined; "min"?: number | undefined; "max"?: number | undefined }; "default": unknown; "derivedFrom": (string) | (null); "value": unknown; "origin": "default" | "file" | "console" | "environment" | "options"; "environment": string; "live": boolean; "waiting": boolean; "fixedBy": ("path" | "secret" | "environment" | "options") | (null) })[] })[]; "waiting": (string)[] };
  changeSettings: { "version": string; "sections": ({ "name": string; "help": string; "settings": ({ "name": string; "key": string; "help": string; "type": string; "form": { "kind": "text" | "flag" | "path" | "list" | "table" | "choice" | "number"; "choices"?: (string)[] | undefined; "min"?: number | undefined; "max"?: number | undefined }; "default": unknown; "derivedFrom": (string) | (null); "value": unknown; "origin": "default" | "file" | "console" | "environment" | "options"; "environment": string; "live": boolean; "waiting": boolean; "fixedBy": ("path" | "secret" | "environment" | "options") | (null) })[] })[]; "waiting": (string)[] };
  sendTestNotice: { "channel": "email" | "webhook"; "outcome": "delivered" | "refused" | "failed"; "reply": string; "tookMs": number };
  getCertificate: { "source": "files" | "uploaded" | "acme" | "self-signed"; "subject": string; "issuer": string; "names": (string)[]; "notBefore": string; "notAfter": string; "fingerprint": string; "selfSigned": boolean; "chainLength": number; "hostName": string; "coversHostName": boolean; "acme": { "enabled": boolean; "state": "off" | "ordering" | "failing" | "issued" | "due"; "directoryUrl": string; "names": (string)[]; "contact": (string)[]; "challenge": "http-01" | "tls-alpn-01"; "agreeTerms": boolean; "lastAttemptAt": (string) | (null); "nextAttemptAt": (string) | (null); "lastError": ({ "code": string; "detail": string }) | (null) } };
  uploadCertificate: { "source": "files" | "uploaded" | "acme" | "self-signed"; "subject": string; "issuer": string; "names": (string)[]; "notBefore": string; "notAfter": string; "fingerprint": string; "selfSigned": boolean; "chainLength": number; "hostName": string; "coversHostName": boolean; "acme": { "enabled": boolean; "state": "off" | "ordering" | "failing" | "issued" | "due"; "directoryUrl": string; "names": (string)[]; "contact": (string)[]; "challenge": "http-01" | "tls-alpn-01"; "agreeTerms": boolean; "lastAttemptAt": (string) | (null); "nextAttemptAt": (string) | (null); "lastError": ({ "code": string; "detail": string }) | (null) } };
  removeCertificate: { "source": "files" | "uploaded" | "acme" | "self-signed"; "subject": string; "issuer": string; "names": (string)[]; "notBefore": string; "notAfter": string; "fingerprint": string; "selfSigned": boolean; "chainLength": number; "hostName": string; "coversHostName": boolean; "acme": { "enabled": boolean; "state": "off" | "ordering" | "failing" | "issued" | "due"; "directoryUrl": string; "names": (string)[]; "contact": (string)[]; "challenge": "http-01" | "tls-alpn-01"; "agreeTerms": boolean; "lastAttemptAt": (string) | (null); "nextAttemptAt": (string) | (null); "lastError": ({ "code": string; "detail": string }) | (null) } };
  useAcme: { "source": "files" | "uploaded" | "acme" | "self-signed"; "subject": string; "issuer": string; "names": (string)[]; "notBefore": string; "notAfter": string; "fingerprint": string; "selfSigned": boolean; "chainLength": number; "hostName": string; "coversHostName": boolean; "acme": { "enabled": boolean; "state": "off" | "ordering" | "failing" | "issued" | "due"; "directoryUrl": string; "names": (string)[]; "contact": (string)[]; "challenge": "http-01" | "tls-alpn-01"; "agreeTerms": boolean; "lastAttemptAt": (string) | (null); "nextAttemptAt": (string) | (null); "lastError": ({ "code": string; "detail": string }) | (null) } };
  renewCertificate: { "source": "files" | "uploaded" | "acme" | "self-signed"; "subject": string; "issuer": string; "names": (string)[]; "notBefore": string; "notAfter": string; "fingerprint": string; "selfSigned": boolean; "chainLength": number; "hostName": string; "coversHostName": boolean; "acme": { "enabled": boolean; "state": "off" | "ordering" | "failing" | "issued" | "due"; "directoryUrl": string; "names": (string)[]; "contact": (string)[]; "challenge": "http-01" | "tls-alpn-01"; "agreeTerms": boolean; "lastAttemptAt": (string) | (null); "nextAttemptAt": (string) | (null); "lastError": ({ "code": string; "detail": string }) | (null) } };
  describeApi: { [name: string]: unknown };
}

/** What operations take as their body, by their name. */
export interface Bodies {
  setUp: { "token": string; "name": string; "password": string };
  signIn: { "name": string; "password": string };
  finishSignIn: { "ticket": string; "totp"?: string | undefined; "recoveryCode"?: string | undefined; "passkey"?: { "id": string; "rawId": string; "type": "public-key"; "response": { "clientDataJSON": string; "authenticatorData": string; "signature": string }; "clientExtensionResults"?: { [name: string]: unknown } | undefined } | undefined };
  changeOwnPassword: { "oldPassword": string; "newPassword": string };
  beginTotp: { "password": string };
  confirmTotp: { "ticket": string; "code": string; "name": string };
  beginPasskey: { "password": string };
  confirmPasskey: { "ticket": string; "name": string; "passkey": { "id": string; "rawId": string; "type": "public-key"; "response": { "clientDataJSON": string; "attestationObject": string; "transports"?: (string)[] | undefined }; "clientExtensionResults"?: { [name: string]: unknown } | undefined } };
  removeSecondFactor: { "password": string };
  renewRecoveryCodes: { "password": string };
  createMailbox: { "name": string; "description"?: string | undefined; "allowedPeers"?: (string)[] | undefined; "requireTls"?: boolean | undefined; "purpose"?: "microsoft365" | "google-workspace" | "exchange" | "postfix" | "other" | "proxy" | undefined; "allowedTargets"?: (string)[] | undefined; "mostWaitingBytes"?: (number) | (null) | undefined };
  editMailbox: { "name"?: string | undefined; "description"?: string | undefined; "allowedPeers"?: (string)[] | undefined; "requireTls"?: boolean | undefined; "purpose"?: "microsoft365" | "google-workspace" | "exchange" | "postfix" | "other" | "proxy" | undefined; "allowedTargets"?: (string)[] | undefined; "mostWaitingBytes"?: (number) | (null) | undefined };
  setMailboxState: { "state": "active" | "suspended" };
  changeMailboxPassword: { "oldPassword": string; "newPassword"?: string | undefined };
  resetMailboxPassword: { "discardMail"?: boolean | undefined };
  createAdministrator: { "name": string; "role": "administrator" | "operator" | "auditor"; "password": string };
  setAdministratorRole: { "role": "administrator" | "operator" | "auditor" };
  setAdministratorPassword: { "password": string };
  createToken: { "name": string; "scopes": ("status:read" | "events:read" | "mailboxes:read" | "mailboxes:write" | "administrators:read" | "administrators:write" | "tokens:write" | "audit:read" | "settings:read" | "settings:write")[]; "expiresAt": string };
  changeSettings: { "settings": { [name: string]: unknown } };
  sendTestNotice: { "channel": "email" | "webhook" };
  uploadCertificate: { "certificate": string; "key": string };
  useAcme: { "agreeTerms"?: boolean | undefined; "names"?: (string)[] | undefined; "contact"?: (string)[] | undefined; "directoryUrl"?: string | undefined; "challenge"?: string | undefined };
}

export type Problem = { "type": string; "title": string; "status": number; "detail"?: string | undefined; "fields"?: ({ "field": string; "reason": string; "code": "rate-form" | "quantity-form" | "unit-missing" | "unit-unknown" | "not-countable" | "not-text" | "not-path" | "not-possible" | "not-flag" | "not-whole" | "number-range" | "quantity-range" | "not-list" | "too-few-entries" | "no-entry" | "not-table" | "listen-form" | "listen-host" | "port-to-listen" | "port" | "not-ipv6" | "host-name" | "peer" | "peer-prefix" | "public-port" | "target" | "server" | "https-url" | "mail-address" | "fingerprint" | "key-id" | "user-name" | "setting-unknown" | "setting-of-file" | "setting-fixed" | "setting-held" | "console-off" | "tls-pair" | "eab-pair" | "terms" | "notify-server" | "notify-password" | "no-certificate" | "many-certificates" | "certificate-damaged" | "key-protected" | "no-key" | "key-damaged" | "key-of-another" | "key-of-later" | "chain-order" | "certificate-ended" | "certificate-early" | "key-kind" | "key-short" | "certificate-of-authority" | "certificate-names" | "text-empty" | "text-long" | "text-control" | "shape"; "values": { [name: string]: (string) | (number) }; "entry"?: (string) | (number) | undefined })[] | undefined; "code": "seal/wrong-passphrase" | "seal/no-identity-match" | "seal/damaged-header" | "seal/damaged-payload" | "seal/swapped-message" | "seal/bad-key" | "store/in-use" | "store/disk-low" | "store/failing" | "store/ended" | "store/stopped" | "store/key-changed" | "store/not-found" | "store/damaged" | "store/index-damaged" | "store/index-missing" | "store/bad-version" | "store/too-open" | "store/no-data" | "store/maildrop-locked" | "gateway/thread-ended" | "mailbox/unknown" | "mailbox/not-suspended" | "mailbox/not-empty" | "mailbox/full" | "mailbox/bad-request" | "mailbox/changed-meanwhile" | "mailbox/request-reused" | "config/invalid" | "config/unreadable" | "config/changed-meanwhile" | "cli/usage" | "cli/no-password" | "cli/exists" | "cli/incomplete" | "cli/password-unsettled" | "cli/cannot-write" | "upstream/not-taken" | "admin/bad-request" | "admin/weak-password" | "admin/unknown" | "admin/exists" | "admin/last-administrator" | "admin/factor-unreadable" | "admin/unreachable" | "notify/not-configured" | "api/not-signed-in" | "api/denied" | "api/wrong-password" | "api/wrong-code" | "api/ticket-ended" | "api/no-passkeys-here" | "api/forbidden" | "api/second-factor-needed" | "api/cross-site" | "api/not-found" | "api/wrong-method" | "api/too-large" | "api/wrong-type" | "api/too-many" | "api/precondition-needed" | "api/set-up-done" | "internal/fault" | "listen/address-in-use" | "listen/cannot-bind" | "listen/bad-certificate" | "certificate/from-files" | "certificate/not-automatic" | "certificate/not-used" | "acme/unreachable" | "acme/refused" | "acme/bad-answer" | "acme/challenge-failed" | "acme/not-issued" };

/** For openapi-fetch. */
export interface paths {
  "/set-up": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["setUp"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["setUp"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/sign-in": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["signIn"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["signIn"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["whoAmI"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    delete: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["signOut"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    patch?: never;
  };
  "/sign-in/second-factor": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["finishSignIn"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["finishSignIn"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/account/sign-ins": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["listSignIns"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    delete: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["signOutEverywhere"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    patch?: never;
  };
  "/account/sign-ins/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    delete: { parameters: { query?: never; header?: never; path: { "id": string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["endSignIn"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    post?: never;
    patch?: never;
  };
  "/account/password": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    put: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["changeOwnPassword"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["changeOwnPassword"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/account/second-factors": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["listSecondFactors"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/account/second-factors/totp": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["beginTotp"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["beginTotp"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/account/second-factors/totp/confirm": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["confirmTotp"] } }; responses: { 201: { headers: Record<string, unknown>; content: { "application/json": Answers["confirmTotp"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/account/second-factors/passkeys": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["beginPasskey"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["beginPasskey"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/account/second-factors/passkeys/confirm": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["confirmPasskey"] } }; responses: { 201: { headers: Record<string, unknown>; content: { "application/json": Answers["confirmPasskey"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/account/second-factors/{id}/remove": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path: { "id": string }; cookie?: never }; requestBody: { content: { "application/json": Bodies["removeSecondFactor"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["removeSecondFactor"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/account/second-factors/recovery-codes": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["renewRecoveryCodes"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["renewRecoveryCodes"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/status": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["getStatus"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/overview": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["getOverview"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/activity": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query: { "mailbox"?: string | undefined; "from": string; "to"?: string | undefined; "step"?: "hour" | "day" | undefined }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["getActivity"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/events": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: { "last-event-id"?: string | undefined }; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "text/event-stream": Answers["followEvents"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/mailboxes": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: { "limit"?: number | undefined; "after"?: string | undefined; "search"?: string | undefined; "state"?: "active" | "suspended" | undefined; "sort"?: "created" | "name" | "messages" | "sealedBytes" | "oldestReceivedAt" | "lastReceivedAt" | "lastPulledAt" | undefined; "order"?: "asc" | "desc" | undefined }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["listMailboxes"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    post: { parameters: { query?: never; header?: { "idempotency-key"?: string | undefined }; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["createMailbox"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["createMailbox"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/mailboxes/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: never; path: { "id": string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["getMailbox"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    patch: { parameters: { query?: never; header: { "if-match": string }; path: { "id": string }; cookie?: never }; requestBody: { content: { "application/json": Bodies["editMailbox"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["editMailbox"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    delete: { parameters: { query?: never; header?: never; path: { "id": string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["deleteMailbox"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
  };
  "/mailboxes/{id}/state": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    put: { parameters: { query?: never; header?: never; path: { "id": string }; cookie?: never }; requestBody: { content: { "application/json": Bodies["setMailboxState"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["setMailboxState"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/mailboxes/{id}/password": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path: { "id": string }; cookie?: never }; requestBody: { content: { "application/json": Bodies["changeMailboxPassword"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["changeMailboxPassword"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/mailboxes/{id}/password/reset": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path: { "id": string }; cookie?: never }; requestBody: { content: { "application/json": Bodies["resetMailboxPassword"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["resetMailboxPassword"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/mailboxes/{id}/test-message": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path: { "id": string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["sendTestMessage"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/sessions": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["listSessions"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/refusals": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: { "mailbox"?: string | undefined; "peer"?: string | undefined; "recipient"?: string | undefined; "cause"?: string | undefined; "from"?: string | undefined; "to"?: string | undefined; "limit"?: number | undefined; "before"?: number | undefined }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["listRefusals"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/mailboxes/{id}/origins": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: never; path: { "id": string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["listMailboxOrigins"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/mailboxes/{id}/ledger": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: { "limit"?: number | undefined; "before"?: number | undefined; "event"?: "created" | "changed" | "activated" | "suspended" | "key-changed" | "password-changed" | "mailbox-removed" | "accepted" | "offered" | "unknown" | "withdrawn" | "receipt-added" | "verdict-added" | "refused" | "pulled" | "removed" | "damaged" | "recovered" | "repaired" | undefined }; header?: never; path: { "id": string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["getMailboxLedger"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/administrators": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["listAdministrators"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["createAdministrator"] } }; responses: { 201: { headers: Record<string, unknown>; content: { "application/json": Answers["createAdministrator"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/administrators/{name}/role": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    put: { parameters: { query?: never; header?: never; path: { "name": string }; cookie?: never }; requestBody: { content: { "application/json": Bodies["setAdministratorRole"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["setAdministratorRole"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/administrators/{name}/password": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    put: { parameters: { query?: never; header?: never; path: { "name": string }; cookie?: never }; requestBody: { content: { "application/json": Bodies["setAdministratorPassword"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["setAdministratorPassword"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/administrators/{name}/second-factors": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    delete: { parameters: { query?: never; header?: never; path: { "name": string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["resetSecondFactors"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    post?: never;
    patch?: never;
  };
  "/administrators/{name}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    delete: { parameters: { query?: never; header?: never; path: { "name": string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["removeAdministrator"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    post?: never;
    patch?: never;
  };
  "/tokens": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["listTokens"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/tokens/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    delete: { parameters: { query?: never; header?: never; path: { "id": string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["revokeToken"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    post?: never;
    patch?: never;
  };
  "/account/tokens": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["listOwnTokens"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["createToken"] } }; responses: { 201: { headers: Record<string, unknown>; content: { "application/json": Answers["createToken"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/account/tokens/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    delete: { parameters: { query?: never; header?: never; path: { "id": string }; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["revokeOwnToken"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    post?: never;
    patch?: never;
  };
  "/audit": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: { "actor"?: string | undefined; "subject"?: string | undefined; "action"?: string | undefined; "from"?: string | undefined; "to"?: string | undefined; "before"?: number | undefined; "limit"?: number | undefined }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["readAudit"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/audit/export": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query: { "actor"?: string | undefined; "subject"?: string | undefined; "action"?: string | undefined; "from"?: string | undefined; "to"?: string | undefined; "format": "csv" | "jsonl" }; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "*/*": Answers["exportAudit"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
  "/settings": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["listSettings"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    patch: { parameters: { query?: never; header: { "if-match": string }; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["changeSettings"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["changeSettings"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
  };
  "/notifications/test": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["sendTestNotice"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["sendTestNotice"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/certificate": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["getCertificate"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["uploadCertificate"] } }; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["uploadCertificate"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    delete: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["removeCertificate"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    post?: never;
    patch?: never;
  };
  "/certificate/acme": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody: { content: { "application/json": Bodies["useAcme"] } }; responses: { 202: { headers: Record<string, unknown>; content: { "application/json": Answers["useAcme"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/certificate/renew": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    post: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 202: { headers: Record<string, unknown>; content: { "application/json": Answers["renewCertificate"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    get?: never;
    put?: never;
    delete?: never;
    patch?: never;
  };
  "/openapi.json": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: { parameters: { query?: never; header?: never; path?: never; cookie?: never }; requestBody?: never; responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answers["describeApi"] } }; default: { headers: Record<string, unknown>; content: { "application/problem+json": Problem } } } };
    put?: never;
    post?: never;
    delete?: never;
    patch?: never;
  };
}
