# Answers requests by MQTT 5 with paho-mqtt: publishes "<name> answers <payload>" to the response topic of each, with its correlation
# data. Says "ready" when it has subscribed. Arguments: port, topic filter, name.

import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PORT, FILTER, NAME = int(sys.argv[1]), sys.argv[2], sys.argv[3]


def on_connect(client, *_details):
    client.subscribe(FILTER, qos=1)


def on_subscribe(*_details):
    print("ready", flush=True)


def on_message(client, _userdata, message):
    topic = getattr(message.properties, "ResponseTopic", None)
    if topic is None:
        return
    properties = Properties(PacketTypes.PUBLISH)
    correlation = getattr(message.properties, "CorrelationData", None)
    if correlation is not None:
        properties.CorrelationData = correlation
    properties.UserProperty = ("responder", NAME)
    text = f"{NAME} answers {message.payload.decode()}"
    client.publish(topic, text, qos=message.qos, properties=properties)


# paho-mqtt 2 asks for the version of the callbacks; 1.6 does not know it.
version = [mqtt.CallbackAPIVersion.VERSION2] if hasattr(mqtt, "CallbackAPIVersion") else []
client = mqtt.Client(*version, protocol=mqtt.MQTTv5)
client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
client.connect("127.0.0.1", PORT)
client.loop_forever()
