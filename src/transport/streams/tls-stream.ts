// TLS over a stream that is open already.

import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type Certificate,
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls';
import { plainText } from '../../core/errors/plain-text';
import { ignore, inStage, type Opening } from './opening-stage';

/** Certificates, keys, server name, ALPN: what Node-RED's tls-config node sets. */
export type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername' | 'ALPNProtocols' | 'rejectUnauthorized'
>;

/**
 * Speaks TLS with `host` over `socket`, which is destroyed if that fails. The certificate is verified unless `options`
 * say expressly that it is not to be.
 */
export function tlsStream(socket: Duplex, host: string, options: TlsOptions, opening: Opening): Promise<TLSSocket> {
  let secure: TLSSocket | undefined;
  const destroy = (): void => {
    secure?.destroy();
    socket.destroy();
  };
  // What goes wrong below comes out above as well.
  socket.on('error', ignore);
  return inStage('tls', opening, { host }, destroy, async () => {
    secure = connect({ ...options, ...serverName(host, options), socket, host, ...verification(host, options) });
    secure.on('error', ignore);
    tellCertificate(secure, opening);
    await once(secure, 'secureConnect', { signal: opening.signal });
    opening.learn({ kind: 'encrypted', protocol: secure.getProtocol() ?? 'TLS' });
    return secure;
  });
}

/** Before Node.js looks at it: one that it refuses takes the socket with it, and says nothing of itself any more. */
function tellCertificate(secure: TLSSocket, { learn }: Opening): void {
  secure.prependOnceListener('secure', () => {
    // Not getPeerX509Certificate(), after which Node.js 20 finds no certificate to verify.
    const { subject, issuer, subjectaltname, valid_to: until } = secure.getPeerCertificate();
    // Declared as always there, but a server may come without.
    if (!subject) return;
    const name = nameOf(subject) || plainText(subjectaltname ?? '');
    learn({ kind: 'certificate', subject: name, issuer: nameOf(issuer), until: Date.parse(until) });
  });
}

/** A certificate may leave its common name out, or have several. */
function nameOf({ CN, O }: Certificate): string {
  return plainText([CN ?? O ?? ''].flat().join(', '));
}

/** RFC 6066, section 3: addresses are not sent as server names. */
function serverName(host: string, { servername }: TlsOptions): ConnectionOptions {
  if (servername) return { servername };
  return isIP(host) === 0 ? { servername: host } : {};
}

/** Not left to NODE_TLS_REJECT_UNAUTHORIZED, which switches it off for the whole process. */
function verification(host: string, { rejectUnauthorized, servername }: TlsOptions): ConnectionOptions {
  const always = { rejectUnauthorized: rejectUnauthorized !== false };
  if (servername || isIP(host) !== 6) return always;
  // Node.js 22.23 takes an IPv6 address for a name, and then finds it in no certificate.
  const isForHost = ({ raw }: PeerCertificate): boolean => new X509Certificate(raw).checkIP(host) !== undefined;
  return {
    ...always,
    checkServerIdentity: (name, certificate) =>
      isForHost(certificate) ? undefined : checkServerIdentity(name, certificate),
  };
}
