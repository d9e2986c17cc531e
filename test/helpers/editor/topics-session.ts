// What the tests of the topics sidebar need: mosquitto, a device that publishes to it, and an editor with a flow on it.

import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync, type IClientPublishOptions, type MqttClient } from 'mqtt';
import { alarmsFlow } from '../flows/alarms-flow';
import { Mosquitto, needsMosquitto } from '../servers/mosquitto';
import type { EditorPage } from './editor-page';
import { NodeRedEditor, needsChromium } from './node-red-editor';
import { TopicsTab } from './topics-tab';

export class TopicsSession {
  readonly mosquitto: Mosquitto;
  readonly device: MqttClient;
  readonly editor: NodeRedEditor;

  private constructor(mosquitto: Mosquitto, device: MqttClient, editor: NodeRedEditor) {
    this.mosquitto = mosquitto;
    this.device = device;
    this.editor = editor;
  }

  /** Starts all three; `more` nodes stand on the tab of the flow. Skips the suite of `context` when Chromium or mosquitto is not installed. */
  static async start(context: Mocha.Context, more: readonly object[] = []): Promise<TopicsSession> {
    const chromium = needsChromium(context);
    needsMosquitto(context);
    const mosquitto = await Mosquitto.start();
    const device = await connectAsync(mosquitto.url, { protocolVersion: 5 });
    const editor = await NodeRedEditor.start(chromium, [...alarmsFlow({ servers: [{ url: mosquitto.url }] }), ...more]);
    return new TopicsSession(mosquitto, device, editor);
  }

  /** Opens the editor, and the sidebar in it. */
  async open(): Promise<{ editor: EditorPage; topics: TopicsTab }> {
    const editor = await this.editor.open({ label: 'alarms' });
    return { editor, topics: await TopicsTab.open(editor) };
  }

  /** Waits until Node-RED offers `topic` where topics are typed: a node, or a recording, has received it. */
  async offered(topic: string): Promise<void> {
    const path = `mqtt-flows/topics/completions?text=${encodeURIComponent(topic)}`;
    const offers = async (): Promise<string[]> => (await this.editor.nodeRed.admin(path)) as string[];
    while (!(await offers()).includes(topic)) await delay(100);
  }

  /** The device publishes with QoS 1. Resolves when mosquitto has the message. */
  async publish(
    topic: string,
    payload: string | Buffer,
    retain = false,
    properties: IClientPublishOptions['properties'] = {},
  ): Promise<void> {
    await this.device.publishAsync(topic, payload, { qos: 1, retain, properties });
  }

  async stop(): Promise<void> {
    await this.device.endAsync();
    await this.editor.stop();
    await this.mosquitto.stop();
  }
}
