// TLS over an open stream.

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
import { carriedBy } from './link-movement';
import { ignore, inStage, type Opening } from './opening-stage';

/** Certificates, keys, server name and ALPN, as Node-RED's tls-config node sets them. */
export type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'secureContext' | 'servername' | 'ALPNProtocols' | 'rejectUnauthorized'
>;

/**
 * Starts TLS with `host` over `socket`, which is destroyed on failure. The certificate is verified unless `options`
 * explicitly disable that.
 */
export function tlsStream(socket: Duplex, host: string, options: TlsOptions, opening: Opening): Promise<TLSSocket> {
  let secure: TLSSocket | undefined;
  const destroy = (): void => {
    secure?.destroy();
    socket.destroy();
  };
  // Errors of the socket also reach the TLS stream.
  socket.on('error', ignore);
  return inStage('tls', opening, { host }, destroy, async () => {
    secure = connect({ ...options, ...serverName(host, options), socket, host, ...verification(host, options) });
    secure.on('error', ignore);
    tellCertificate(secure, opening);
    await once(secure, 'secureConnect', { signal: opening.signal });
    opening.learn({ kind: 'encrypted', protocol: secure.getProtocol() ?? 'TLS' });
    return carriedBy(secure, socket);
  });
}

/** Reports the certificate before Node.js verifies it: a refused certificate ends the socket without details. */
function tellCertificate(secure: TLSSocket, { learn }: Opening): void {
  secure.prependOnceListener('secure', () => {
    // Not getPeerX509Certificate(): after that call, Node.js 20 finds no certificate to verify.
    const { subject, issuer, subjectaltname, valid_to: until } = secure.getPeerCertificate();
    // The type says that it is always set, but a server may have no certificate.
    if (!subject) return;
    const name = nameOf(subject) || plainText(subjectaltname ?? '');
    learn({ kind: 'certificate', subject: name, issuer: nameOf(issuer), until: Date.parse(until) });
  });
}

/** A certificate may have no common name, or several. */
function nameOf({ CN, O }: Certificate): string {
  return plainText([CN ?? O ?? ''].flat().join(', '));
}

/** RFC 6066, section 3: IP addresses are not sent as server names. */
function serverName(host: string, { servername }: TlsOptions): ConnectionOptions {
  if (servername) return { servername };
  return isIP(host) === 0 ? { servername: host } : {};
}

/** Set explicitly, since NODE_TLS_REJECT_UNAUTHORIZED would disable it for the whole process. */
function verification(host: string, { rejectUnauthorized, servername }: TlsOptions): ConnectionOptions {
  const always = { rejectUnauthorized: rejectUnauthorized !== false };
  if (servername || isIP(host) !== 6) return always;
  // Node.js 22.23 treats an IPv6 address as a name and finds it in no certificate.
  const isForHost = ({ raw }: PeerCertificate): boolean => new X509Certificate(raw).checkIP(host) !== undefined;
  return {
    ...always,
    checkServerIdentity: (name, certificate) =>
      isForHost(certificate) ? undefined : checkServerIdentity(name, certificate),
  };
}
