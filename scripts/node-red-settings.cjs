// Settings of the Node-RED that `npm start` and `npm run dev` run. Not part of the package.

module.exports = {
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  flowFilePretty: true,
  telemetry: { enabled: false, updateNotification: false },
  // Passwords of the playground only, which no other machine sees. Without a key, Node-RED warns at each start.
  credentialSecret: 'mqtt-flows-playground',
  editorTheme: { projects: {}, tours: false, page: { title: 'MQTT Flows' }, header: { title: 'MQTT Flows' } },
  logging: { console: { level: 'info', metrics: false, audit: false } },
};
