// Converts TLS errors of OpenSSL and Node.js to our codes.

import type { ErrorCode } from '../../core/errors/mqtt-flows-error';

const CODES: Readonly<Record<string, ErrorCode>> = {
  // Verification of the server's certificate.
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_NOT_YET_VALID: 'certificate-not-yet-valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate-self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate-unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate-unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate-unknown-issuer',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate-unknown-issuer',
  // An authority of the same name with another key: a renewed one, or a different one.
  CERT_SIGNATURE_FAILURE: 'certificate-unknown-issuer',
  CERT_UNTRUSTED: 'certificate-unknown-issuer',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-wrong-host',
  CERT_REVOKED: 'certificate-invalid',
  CERT_REJECTED: 'certificate-invalid',
  CERT_CHAIN_TOO_LONG: 'certificate-invalid',
  INVALID_CA: 'certificate-invalid',
  INVALID_PURPOSE: 'certificate-invalid',
  PATH_LENGTH_EXCEEDED: 'certificate-invalid',
  // The other side does not speak TLS.
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls-not-spoken',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'tls-not-spoken',
  ERR_SSL_HTTP_REQUEST: 'tls-not-spoken',
  // The server gives no reason. Before TLS 1.3, a missing client certificate is one possibility.
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'tls-refused',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'tls-refused',
  ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY: 'tls-refused',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'tls-refused',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'tls-refused',
  // Alerts about the client's certificate (RFC 8446, section 6.2).
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'client-certificate-required',
  ERR_SSL_SSLV3_ALERT_NO_CERTIFICATE: 'client-certificate-required',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'client-certificate-refused',
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: 'client-certificate-refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: 'client-certificate-refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'client-certificate-refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'client-certificate-refused',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'client-certificate-refused',
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: 'client-certificate-refused',
  ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR: 'client-certificate-refused',
};

/** From OpenSSL 3.2 on, the alerts that date from SSL 3 have new names. */
const RENAMED = 'ERR_SSL_SSL/TLS_';

/** The code for the Node.js error code `reason`; undefined when it is not about TLS. */
export function tlsErrorCode(reason: string): ErrorCode | undefined {
  const known = CODES[reason.replace(RENAMED, 'ERR_SSL_SSLV3_')];
  if (known) return known;
  // Our own certificate, key or passphrase cannot be read.
  if (reason.startsWith('ERR_OSSL_')) return 'tls-config-invalid';
  return reason.startsWith('ERR_SSL_') || reason.startsWith('ERR_TLS_') ? 'tls-failed' : undefined;
}
