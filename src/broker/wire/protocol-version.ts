// The versions of MQTT by their protocol levels in CONNECT: 3.1, 3.1.1 and 5.

export type ProtocolVersion = 3 | 4 | 5;
