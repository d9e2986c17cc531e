// What to do about each error, for docs/errors.md. The sentences themselves are in the locales.

export interface ErrorGroup {
  readonly title: string;
  readonly remedies: Readonly<Record<string, string>>;
}

const CONNECTION: ErrorGroup = {
  title: 'Connection',
  remedies: {
    'host-unknown': 'Correct the address. In a container, use the name of the other container.',
    'host-unreachable': 'Check cable, Wi-Fi, VPN and routes: `ping` from the machine that Node-RED runs on.',
    'connection-refused':
      'Start the server, correct the port, or open it in the firewall. mosquitto listens on 127.0.0.1 only, unless its configuration has a `listener`.',
    'connection-timeout':
      'A firewall may swallow the packets, or the server hangs. The stage in the sentence says how far it came. Raise *Give up after* for slow links.',
    'connection-lost':
      'Nothing: the node connects again. If it happens often, look at the log of the server, and lower *Keep alive* behind a router that forgets connections.',
    'connection-failed': 'The reason is that of the operating system.',
    'socket-unavailable': 'Check the path and whether the user of Node-RED may open it.',
    'connection-closed': 'The broker node was closed by a deploy. Send the message again.',
    'protocol-error': 'What listens there is no MQTT server, or it has a fault. Look at its log.',
    'protocol-version-refused': 'Set *Protocol* to *MQTT 5, or 3.1.1 if needed*.',
    'client-identifier-refused': 'Leave *Client ID* blank, or enter one that the server allows.',
    'server-unavailable': 'The server is overloaded or starting. The node tries again.',
    'credentials-refused': 'Type user name and password again. Exported flows do not contain them.',
    'not-authorized': 'Check user name and password, and what the server allows this user.',
    'refused-by-server': 'The reason in the sentence is that of the server.',
    'another-server': 'Enter the server that is named as a further server of the broker node.',
    'disconnected-by-server': 'The reason in the sentence is that of the server. The node connects again.',
    'client-identifier-clash':
      'Give one of the two clients another client ID. A copied user directory has the same one.',
    'client-identifier-suspected':
      'Look for another client with the same client ID, such as a second Node-RED with a copied user directory.',
    'keepalive-timeout': 'The server or the network hangs. The node connects again.',
    'no-acknowledgement': 'The server is overloaded, or waits for its own disk. Messages wait in the outbox.',
    'closed-without-answer':
      'Try the other schemes: `mqtts://` for TLS, `ws://` or `wss://` for WebSocket. Look at the log of the server.',
    'http-answered': 'Use the port for MQTT, or an address with `ws://` or `wss://` and its path.',
    'already-connected': 'Disconnect first, or set `msg.broker.force` to true.',
    'connect-interrupted': 'Another action or a deploy came meanwhile. Send `connect` again if you still want it.',
    'proxy-unreachable': 'Check the address of the proxy.',
    'proxy-credentials-refused': 'Enter user name and password in the address of the proxy.',
    'proxy-refused': 'The proxy has to allow this host and port.',
    'proxy-cannot-connect': 'Check the address of the MQTT server as the proxy sees it.',
    'proxy-failed': 'What listens there is not a proxy of the chosen kind.',
  },
};

const TLS: ErrorGroup = {
  title: 'TLS and WebSocket',
  remedies: {
    'tls-required': 'Tick *Use TLS*: the address then begins with `mqtts://` or `wss://`.',
    'tls-not-spoken': 'Use the port for TLS (mostly 8883), or begin the address with `mqtt://` or `ws://`.',
    'tls-closed': 'Use the port for TLS (mostly 8883). Some servers close when a client certificate is missing.',
    'tls-refused': 'Set client certificate, server name or ALPN protocol in the TLS configuration.',
    'tls-failed': 'The reason is that of OpenSSL.',
    'tls-config-missing': 'Choose a TLS configuration in the broker node, and deploy.',
    'tls-config-invalid': 'Upload certificate and key again, in PEM. They must belong together.',
    'tls-file-unreadable': 'Check the path and whether the user of Node-RED may read the file.',
    'certificate-expired': 'Renew the certificate of the server.',
    'certificate-not-yet-valid': 'Set the clock of this computer.',
    'certificate-self-signed': 'Add the certificate to the TLS configuration as a CA certificate.',
    'certificate-unknown-issuer': 'Add the certificate of the authority to the TLS configuration as a CA certificate.',
    'certificate-wrong-host': 'Use a name that is in the certificate, or set *Server Name* in the TLS configuration.',
    'certificate-invalid': 'The reason is that of OpenSSL.',
    'client-certificate-required': 'Set certificate and key in the TLS configuration.',
    'client-certificate-refused': 'Use a certificate that the server knows. It may have expired.',
    'websocket-not-spoken': 'Use the port for WebSocket, or an address with `mqtt://` or `mqtts://`.',
    'websocket-refused': 'Check the path (often `/mqtt`), and for 401 or 403 the headers.',
    'websocket-failed': 'The reason is that of the operating system or the server.',
    'websocket-closed': 'The reason is that of the server.',
  },
};

const EMBEDDED: ErrorGroup = {
  title: 'Broker inside Node-RED',
  remedies: {
    'embedded-port-in-use': 'Stop the other program (often mosquitto), or choose another port.',
    'embedded-listen-failed': 'Choose an address of this machine. Ports below 1024 need rights.',
    'embedded-needs-credentials': 'Enter user name and password, or tick *Let anyone connect without a user name*.',
    'embedded-websocket-needs-users': 'Add a user in the tab *Devices*, or tick *Devices need no user name* there.',
    'embedded-path-in-use': 'Choose another path.',
    'embedded-no-web-server': 'Remove `httpNodeRoot: false` from the settings of Node-RED, or use a port.',
    'embedded-needs-certificate': 'Choose a TLS configuration with certificate and key in the tab *Devices*.',
    'embedded-needs-authority': 'Add the CA certificate to the TLS configuration.',
    'embedded-password-missing': 'Type the password of the user again, and deploy.',
    'embedded-store-unavailable': 'Make the folder writable for the user of Node-RED.',
    'embedded-store-locked': 'End the other Node-RED that uses the same user directory.',
    'embedded-store-file-system': 'Put the user directory on a local disk.',
    'embedded-store-failed': 'Make room on the disk.',
    'embedded-store-damaged': 'Nothing; devices come again. A disk that damages files should be replaced.',
    'embedded-store-other-version': 'Nothing; devices come again.',
  },
};

const RECEIVING: ErrorGroup = {
  title: 'Subscribing, receiving, acknowledging',
  remedies: {
    'subscription-refused': 'The server has to allow this user to read the filter.',
    'subscription-ends-connection':
      'The server has to allow this user to read the filter. Change the node and deploy it to try again at once.',
    'subscription-interrupted': 'The node was closed, or unsubscribed, before the answer came.',
    'payload-undecodable': 'Choose the format that the device sends, or *as a Buffer*. `msg.payload` has the bytes.',
    'value-missing': 'Correct the path of *Value*, or choose what happens to messages without it.',
    'values-overloaded': 'Simplify the expression, or subscribe to fewer topics.',
    'subscriptions-unreadable':
      'Check `contextStorage` in the settings of Node-RED, and restart it. Until then, changes are not stored.',
    'subscriptions-not-kept': 'Check `contextStorage` in the settings of Node-RED.',
    'acknowledgement-overdue': 'Let every way through the flow end at an acknowledge node, or raise the time.',
    'flow-overdue':
      'Look at the node that is named: it still works, or never says that it is done. Raise the time if it needs more.',
    'failures-fill-window': 'Add a Catch node, or let the node refuse failed messages. Then disconnect and connect.',
    'acknowledgement-late': 'Nothing: the message comes again if the session is kept.',
    'acknowledgement-unknown': 'Acknowledge each message once, within the time of the subscribe node.',
    'receipt-missing': 'Keep `msg.receipt` on the way to the acknowledge node.',
  },
};

const PUBLISHING: ErrorGroup = {
  title: 'Publishing',
  remedies: {
    'topic-invalid': 'Remove `+`, `#` and empty text from the topic.',
    'topic-missing': 'Set the value that the template names before the publish node.',
    'topic-unusable': 'Set the property to a topic, or enter one in the node.',
    'payload-missing': 'Set `msg.payload`. To delete a retained message, set *Retain* to *clear*.',
    'payload-unencodable': 'Choose another format, or change the payload as the sentence says.',
    'property-invalid': 'Set the property as the sentence says.',
    'property-missing': 'Set the value that the template names before the node.',
    'value-unavailable': 'Correct the expression or the context store that is named.',
    'publication-refused': 'The server has to allow this user to publish to the topic.',
    'publication-too-large': 'Send less, or raise the limit of the server.',
    'publication-lost': 'Use QoS 1 for messages that must arrive.',
    'publication-cleared': 'Nothing: somebody has cleared the outbox.',
    'publication-kept': 'Nothing: it is sent when the node is back.',
    'publication-expired': 'Raise *No longer than* in the outbox, or repair the connection.',
    'publication-deadly': 'The server has to allow this user to publish to the topic.',
    'publication-ends-connection': 'The server has to allow this user to publish to the topic.',
    'publication-quarantined': 'Look at the reason of the server, and change the message.',
    'publish-overloaded': 'Send more slowly, or simplify the expression.',
    'not-connected': 'Repair the connection, or let messages wait (*Offline* in the publish node).',
    'publication-dropped': 'Raise the limits of the outbox, or set *When full* to *refuse the new message*.',
    'reply-without-request': 'Keep `msg.responseTopic` from the request, or the message id.',
  },
};

const OUTBOX: ErrorGroup = {
  title: 'Outbox',
  remedies: {
    'outbox-full': 'Repair the connection, raise the limits, or send less.',
    'outbox-unavailable': 'Make the folder writable for the user of Node-RED, or make room on the disk.',
    'outbox-not-installed': 'Install the package as the sentence says, or keep the outbox in memory.',
    'outbox-locked': 'End the other Node-RED that uses the same user directory.',
    'outbox-file-system': 'Put the user directory on a local disk, or keep the outbox in memory.',
    'outbox-damaged': 'Nothing. A disk that damages files should be replaced.',
    'outbox-other-version': 'Go back to the version before to send what is in the old outbox.',
    'outbox-unreadable': 'Nothing can be done for these messages. A disk that damages files should be replaced.',
  },
};

const REQUESTS: ErrorGroup = {
  title: 'Requests',
  remedies: {
    'request-timeout':
      'Check that the responder runs and answers at the response topic. `msg.error.cause.request` says how far the request came.',
    'request-refused': 'Start the responder, or correct the topic.',
    'request-closed': 'A deploy or an end of the connection came before the reply. Ask again.',
    'request-overloaded': 'Ask less, or raise *At a time* and *May wait*.',
    'request-needs-properties': 'Set *Reply at* to *topic of the device*, or connect with MQTT 5.',
    'request-condition-failed': 'Correct the condition: `request` is the message of the request.',
    'request-expected': 'Publish it with a response topic, or switch off *Requests only*.',
  },
};

const ROUTING: ErrorGroup = {
  title: 'Routing and topic state',
  remedies: {
    'rule-filter-invalid': 'Correct the filter of the rule.',
    'rule-condition-invalid': 'Correct the JSONata expression of the rule.',
    'rule-condition-failed': 'Let the condition hold for every message: `$exists(payload.x)` first.',
    'routes-invalid': 'Send an array in `msg.routes`.',
    'route-invalid': 'Correct the route that is named, and send all of them again.',
    'route-output-unknown': 'Use a number of an output, or the filter of a rule.',
    'routes-unreadable': 'Delete the value in the context, and add the routes again.',
    'routes-not-kept': 'Check `contextStorage` in the settings of Node-RED.',
    'routes-key-taken': 'Choose another key under *Keep them*: two nodes cannot have the same.',
    'router-overloaded': 'Send more slowly, or simplify the condition.',
    'topic-unknown':
      'The topic has not been received, and the server has no retained message for it. Set *Unknown topics* to a last output to go on without an error.',
    'state-unreadable': 'Delete the value in the context; the state fills up again.',
    'state-not-kept': 'Check `contextStorage` in the settings of Node-RED.',
    'state-value-not-kept': 'Nothing, if the value need not outlive a restart.',
    'state-key-taken': 'Choose another key under *Keep it*: two nodes cannot have the same.',
    'changes-overloaded': 'Simplify the expression, or send fewer values.',
    'state-overloaded': 'Ask less, or subscribe to the topics.',
    'recording-missing': 'Choose a recording in the replay node, or name one in `msg.recording`.',
    'recording-unknown':
      'Record it in the Topics tab under this name, upload it there, or choose another recording in the replay node.',
    'recording-unreadable':
      'Look whether the file is there and Node-RED may read it; upload it again in the Topics tab.',
  },
};

const SETTINGS: ErrorGroup = {
  title: 'Settings',
  remedies: {
    'broker-missing': 'Choose a broker in the node, and deploy.',
    'broker-disabled': 'Enable the broker node or its flow, and deploy.',
    'config-invalid': 'Correct the setting in the dialog.',
    'environment-missing': 'Set the environment variable for Node-RED, the flow or the group.',
    'secret-file-unreadable': 'Check the path and whether the user of Node-RED may read the file.',
    'action-unknown': 'Set `msg.action` to one of the actions that are named.',
    'filter-invalid': '`+` stands for one whole level, `#` for all that follow and only at the end.',
    'filter-missing':
      'Set the value that is named before the node starts, or send `msg.action` = `"refresh"` when it is there.',
    'server-url-invalid': 'Write it like `mqtt://localhost:1883`.',
    'format-unknown': 'Choose another format, or install the package that adds it.',
    'format-unusable': 'The package that adds the format has a fault: tell its author.',
    'expression-invalid': 'Correct the JSONata expression.',
    'template-invalid': 'Write each value as `{{property}}`.',
    'schema-invalid': 'Correct the `.proto` text.',
    'message-type-unknown': 'Choose one of the message types that are named.',
  },
};

/** All groups in the order of the page. */
export const ERROR_GROUPS: readonly ErrorGroup[] = [
  CONNECTION,
  TLS,
  EMBEDDED,
  RECEIVING,
  PUBLISHING,
  OUTBOX,
  REQUESTS,
  ROUTING,
  SETTINGS,
];
