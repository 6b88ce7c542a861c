import { ScenarioError } from '../config/mistakes.ts';
import type { Scenario } from '../config/scenario.ts';
import { secureContextOf } from '../driver/real/tls.ts';
import type { Contents } from '../topology/contents.ts';

/** That each certificate and key can be read and belong together: else `ScenarioError`, before anything is opened. */
export function checkTls(scenario: Scenario, contents: Contents): void {
  for (const service of scenario.services) {
    if (service.kind !== 'dns' || service.tls === undefined) continue;
    const { port, certificate, key } = service.tls;
    try {
      secureContextOf({ port, certificate: contents.octets(certificate), key: contents.octets(key) });
    } catch (error) {
      if (error instanceof ScenarioError) throw error;
      // OpenSSL's own words say whether it is the certificate, the key, or that they do not belong together; never what is in them.
      const reason = error instanceof Error ? error.message.replace(/^error:[0-9A-F]+:/, '') : String(error);
      const message = `TLS cannot be offered with these files (${reason})`;
      const hint = 'name a certificate and its private key, both PEM';
      throw new ScenarioError(scenario.fileName, [
        { ...certificate.place, path: certificate.at, message, hint },
      ]);
    }
  }
}
