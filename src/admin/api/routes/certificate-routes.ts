// SPDX-License-Identifier: Apache-2.0
import * as shapes from "../../certificate/certificate-shapes.ts";
import { type Route, route } from "../route.ts";

/** The certificate that all listeners show. */
export function certificateRoutes(): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/certificate",
      access: "settings:read",
      name: "getCertificate",
      summary: "The certificate that is shown, where it comes from, and how its renewal goes",
      answer: shapes.certificateView,
      run: async ({ run }) => ({ body: await run("certificate.show", {}) }),
    }),
    route({
      method: "PUT",
      path: "/certificate",
      access: "settings:write",
      name: "uploadCertificate",
      summary: "Show a certificate of one's own, checked first; new connections get it, open ones go on",
      body: shapes.newCertificate,
      answer: shapes.certificateView,
      run: async ({ run, body }) => ({ body: await run("certificate.upload", body) }),
    }),
    route({
      method: "POST",
      path: "/certificate/acme",
      access: "settings:write",
      name: "useAcme",
      summary: "Have an authority issue the certificate, now and whenever it must be renewed (ACME)",
      body: shapes.acmeChoice,
      status: 202,
      answer: shapes.certificateView,
      run: async ({ run, body }) => ({ body: await run("certificate.acme", body) }),
    }),
    route({
      method: "POST",
      path: "/certificate/renew",
      access: "settings:write",
      name: "renewCertificate",
      summary: "Have the authority issue another certificate now, though it is not time",
      status: 202,
      answer: shapes.certificateView,
      run: async ({ run }) => ({ body: await run("certificate.renew", {}) }),
    }),
    route({
      method: "DELETE",
      path: "/certificate",
      access: "settings:write",
      name: "removeCertificate",
      summary: "Go back to the self-signed certificate, and ask for none",
      answer: shapes.certificateView,
      run: async ({ run }) => ({ body: await run("certificate.remove", {}) }),
    }),
  ];
}
