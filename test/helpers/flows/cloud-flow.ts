// A flow set up for a cloud as in docs/clouds.md. It reaches the stand-in through its proxy.

import type { BrokerConfig } from '#src/settings/broker.config';
import type { SubscriptionConfig } from '#src/settings/subscribe.config';
import type { Authority, KeyPair } from '../servers/certificates';
import type { CloudServer } from '../servers/cloud-server';
import { type CloudSettings, filled } from './cloud-settings';
import { type Flow, loadFlow } from './flow-harness';
import { brokerNode, publishNodes, subscribeNodes } from './flow-nodes';

export interface CloudFlowOptions {
  readonly server: CloudServer;
  readonly authority: Authority;
  readonly client: KeyPair;
  /** Fields that differ from the table. */
  readonly changed?: Partial<CloudSettings>;
  readonly broker?: Partial<BrokerConfig>;
  /** The server name of the tls-config node. */
  readonly serverName?: string;
  /** Additional filters, besides the one of the table. */
  readonly filters?: readonly Partial<SubscriptionConfig>[];
}

/** The nodes `pub` and `sub`, `sub-out` behind it, and their broker node. */
export function loadCloudFlow(settings: CloudSettings, options: CloudFlowOptions): Promise<Flow> {
  const { server, authority, client, changed, broker, serverName = '', filters = [] } = options;
  const { url, protocolVersion, clientId, username, password, alpn, certificate, topic, filter } = {
    ...filled(settings),
    ...changed,
  };
  const proxy = { use: 'url', url: server.proxyUrl } as const;
  const tls = {
    id: 'cloud-tls',
    type: 'tls-config',
    name: '',
    cert: '',
    key: '',
    ca: '',
    certname: '',
    keyname: '',
    caname: '',
    servername: serverName,
    verifyservercert: true,
    alpnprotocol: alpn,
  };
  return loadFlow(
    [
      tls,
      brokerNode('cloud', { servers: [{ url }], tls: tls.id, proxy, protocolVersion, clientId, ...broker }),
      ...subscribeNodes('sub', 'cloud', [filter, ...filters]),
      ...publishNodes('pub', 'cloud', { topic, topicType: 'str' }),
    ],
    {
      // The authority of the stand-in replaces those of the system.
      [tls.id]: { cadata: authority.cert, ...(certificate ? { certdata: client.cert, keydata: client.key } : {}) },
      cloud: { username, password },
    },
  );
}
