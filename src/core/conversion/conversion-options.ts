// What a user decides about a conversion. Runs in the editor too.

export interface ConversionOptions {
  /**
   * Whether the certificate of a server is verified where the core nodes do not: over TLS without a TLS configuration.
   */
  readonly tls: 'asBefore' | 'verified';
  /** What publish nodes do without a connection. The core nodes drop the message. */
  readonly offline: 'wait' | 'fail';
  /** Whether subscribe nodes get stored messages again after each deploy, as the core nodes do. */
  readonly retainedAgain: boolean;
  /** The broker node for nodes of other packages that name none; blank for none. */
  readonly broker: string;
  /**
   * Where a user name and a password go that stand in the address of a core broker node. Fields can be filled by an editor,
   * and not in a flow file that Node-RED reads at its start.
   */
  readonly credentials: 'fields' | 'address';
}

export const conversionDefaults: ConversionOptions = {
  tls: 'asBefore',
  offline: 'wait',
  retainedAgain: false,
  broker: '',
  credentials: 'fields',
};
