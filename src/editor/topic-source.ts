// Node-RED's own kind of plugin that knows topics: whatever has seen some offers them in fields that ask for this type.

export const TOPIC_SOURCE = 'node-red-mqtt-topic-autocomplete-source';
