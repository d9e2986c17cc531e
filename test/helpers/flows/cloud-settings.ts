// The settings of the table in docs/clouds.md, with its placeholders. The tests connect with exactly these settings.

import type { BrokerConfig } from '#src/settings/broker.config';

export interface CloudSettings {
  /** As in the table. */
  readonly name: string;
  /** Fields of the broker node. */
  readonly url: string;
  readonly protocolVersion: BrokerConfig['protocolVersion'];
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  /** Fields of the tls-config node. */
  readonly alpn: string;
  readonly certificate: boolean;
  /** Fields of the publish and the subscribe node. */
  readonly topic: string;
  readonly filter: string;
}

/** Blank fields of the dialogs. */
const BLANK = {
  protocolVersion: 'auto',
  clientId: '',
  username: '',
  password: '',
  alpn: '',
  certificate: false,
} as const;

const aws: CloudSettings = {
  ...BLANK,
  name: 'AWS IoT Core, port 443',
  url: 'mqtts://{account}-ats.iot.{region}.amazonaws.com:443',
  clientId: '{thing}',
  alpn: 'x-amzn-mqtt-ca',
  certificate: true,
  topic: 'plant/{thing}/state',
  filter: 'plant/+/state',
};

const iotHub: CloudSettings = {
  ...BLANK,
  name: 'Azure IoT Hub, SAS',
  url: 'mqtts://{hub}.azure-devices.net:8883',
  protocolVersion: 4,
  clientId: '{device}',
  username: '{hub}.azure-devices.net/{device}/?api-version=2021-04-12',
  password: 'SharedAccessSignature sr={hub}.azure-devices.net%2Fdevices%2F{device}&sig={signature}&se={expiry}',
  topic: 'devices/{device}/messages/events/',
  filter: 'devices/{device}/messages/devicebound/#',
};

export const clouds = {
  aws,
  aws8883: {
    ...aws,
    name: 'AWS IoT Core, port 8883',
    url: 'mqtts://{account}-ats.iot.{region}.amazonaws.com:8883',
    alpn: '',
  },
  iotHub,
  iotHubCertificate: { ...iotHub, name: 'Azure IoT Hub, X.509', password: '', certificate: true },
  eventGrid: {
    ...BLANK,
    name: 'Azure Event Grid',
    url: 'mqtts://{namespace}.{region}-1.ts.eventgrid.azure.net:8883',
    protocolVersion: 5,
    clientId: '{session}',
    username: '{client}',
    certificate: true,
    topic: 'plant/{client}/state',
    filter: 'plant/+/state',
  },
  hiveMq: {
    ...BLANK,
    name: 'HiveMQ Cloud',
    url: 'mqtts://{cluster}.s1.eu.hivemq.cloud:8883',
    username: '{username}',
    password: '{password}',
    topic: 'plant/press/state',
    filter: 'plant/+/state',
  },
  emqx: {
    ...BLANK,
    name: 'EMQX Cloud Serverless',
    url: 'mqtts://{deployment}.ala.{region}.emqxsl.com:8883',
    username: '{username}',
    password: '{password}',
    topic: 'plant/press/state',
    filter: 'plant/+/state',
  },
} as const satisfies Record<string, CloudSettings>;

/** The values of the placeholders in the tests. */
export const example = {
  account: 'a1b2c3d4e5f6g7',
  region: 'eu-west-1',
  thing: 'press-7',
  hub: 'plant-hub',
  device: 'press-7',
  signature: 'c2lnbmF0dXJl',
  expiry: '1900000000',
  namespace: 'plant-namespace',
  client: 'press-7',
  session: 'press-7-session-1',
  cluster: '0123456789abcdef',
  deployment: 'a1b2c3d4',
  username: 'plant-user',
  password: 'plant-word',
} as const;

/** Settings with values instead of placeholders. */
export function filled(settings: CloudSettings): CloudSettings {
  const values = new Map<string, string>(Object.entries(example));
  const fill = (text: string): string => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values.get(name) ?? '');
  return {
    ...settings,
    url: fill(settings.url),
    clientId: fill(settings.clientId),
    username: fill(settings.username),
    password: fill(settings.password),
    topic: fill(settings.topic),
    filter: fill(settings.filter),
  };
}
