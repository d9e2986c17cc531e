// The requirements of each cloud, as its vendor documents them. They are separate from the settings that must meet
// them.

import type { IConnectPacket } from 'mqtt-packet';
import { example } from '../flows/cloud-settings';

export type Verdict = 'welcome' | 'not-authorized' | 'credentials-refused' | 'client-id-refused';

export interface CloudRules {
  /** The server name that the client must send in the TLS handshake (SNI). */
  readonly host: string;
  readonly port: number;
  /** The ALPN protocol without which the handshake is refused. */
  readonly alpn?: string | undefined;
  /** The common name of the required client certificate; undefined: none is required. */
  readonly certificateOf?: string;
  readonly mqtt5: boolean;
  /** A publication above it ends the connection. */
  readonly maximumQoS: 1 | 2;
  /** A SUBSCRIBE with more of them ends the connection. */
  readonly filtersPerSubscribe: number;
  judge(packet: IConnectPacket): Verdict;
  /** The topic on which publications come back. */
  comesBackOn(topic: string): string;
}

const BROKER = {
  mqtt5: true,
  maximumQoS: 1,
  filtersPerSubscribe: Number.POSITIVE_INFINITY,
  comesBackOn: (topic: string): string => topic,
} as const;

const aws: CloudRules = {
  ...BROKER,
  host: 'a1b2c3d4e5f6g7-ats.iot.eu-west-1.amazonaws.com',
  port: 443,
  alpn: 'x-amzn-mqtt-ca',
  certificateOf: example.thing,
  filtersPerSubscribe: 8,
  // The effect of a policy that binds the client ID to the thing.
  judge: ({ clientId }) => (clientId === example.thing ? 'welcome' : 'not-authorized'),
};

const HUB_USERNAME = /^plant-hub\.azure-devices\.net\/([\w-]+)\/\?api-version=2021-04-12$/;
const SAS =
  /^SharedAccessSignature (?=.*\bsr=plant-hub\.azure-devices\.net%2Fdevices%2Fpress-7\b)(?=.*\bsig=.)(?=.*\bse=\d)/;

function judgeDevice({ clientId, username = '' }: IConnectPacket): Verdict {
  if (HUB_USERNAME.exec(username)?.[1] !== clientId) return 'not-authorized';
  return clientId === example.device ? 'welcome' : 'not-authorized';
}

const iotHub: CloudRules = {
  ...BROKER,
  host: 'plant-hub.azure-devices.net',
  port: 8883,
  mqtt5: false,
  judge: (packet) => (SAS.test(String(packet.password)) ? judgeDevice(packet) : 'not-authorized'),
  // A device does not receive its own messages. The back end answers instead.
  comesBackOn: (topic) => topic.replace('/messages/events/', '/messages/devicebound/'),
};

function judgeUser({ username, password }: IConnectPacket): Verdict {
  const known = username === example.username && String(password) === example.password;
  return known ? 'welcome' : 'credentials-refused';
}

export const cloudRules = {
  aws,
  aws8883: { ...aws, port: 8883, alpn: undefined },
  iotHub,
  iotHubCertificate: {
    ...iotHub,
    certificateOf: example.device,
    judge: (packet) => (packet.password === undefined ? judgeDevice(packet) : 'not-authorized'),
  },
  eventGrid: {
    ...BROKER,
    host: 'plant-namespace.eu-west-1-1.ts.eventgrid.azure.net',
    port: 8883,
    certificateOf: example.client,
    judge: ({ clientId, username }) => {
      if (clientId === '') return 'client-id-refused';
      return username === example.client ? 'welcome' : 'not-authorized';
    },
  },
  hiveMq: {
    ...BROKER,
    host: '0123456789abcdef.s1.eu.hivemq.cloud',
    port: 8883,
    maximumQoS: 2,
    judge: judgeUser,
  },
  emqx: {
    ...BROKER,
    host: 'a1b2c3d4.ala.eu-west-1.emqxsl.com',
    port: 8883,
    maximumQoS: 2,
    judge: judgeUser,
  },
} satisfies Record<string, CloudRules>;
