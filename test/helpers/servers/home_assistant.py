# What Home Assistant does as an MQTT client (homeassistant/components/mqtt/client.py, 2026.6): paho-mqtt, MQTT 5, clean
# start, will and birth at QoS 0, filters with wildcards one by one, then up to 500 exact topics in one SUBSCRIBE, and the same
# again after each reconnect. Prints one line of JSON for each step. Arguments: port, number of devices.

import json
import select
import socket
import sys
import time

import paho.mqtt.client as mqtt
from paho.mqtt.subscribeoptions import SubscribeOptions

PORT, DEVICES = int(sys.argv[1]), int(sys.argv[2])
COMPONENTS = [
    "alarm_control_panel", "binary_sensor", "button", "camera", "climate", "cover", "device", "device_automation",
    "device_tracker", "event", "fan", "humidifier", "image", "lawn_mower", "light", "lock", "notify", "number", "scene",
    "select", "sensor", "siren", "switch", "tag", "text", "update", "vacuum", "valve", "water_heater",
]
SUBSCRIBES_PER_CALL = 500
PACKETS_TO_READ = 500

acknowledged = set()
configs = {}
states = set()
connected = False


def tell(event, **values):
    print(json.dumps({"event": event, **values}), flush=True)


def on_connect(_client, _userdata, flags, reason_code, _properties=None):
    global connected
    connected = not reason_code.is_failure if hasattr(reason_code, "is_failure") else reason_code == 0
    present = flags["session present"] if isinstance(flags, dict) else flags.session_present
    tell("connected" if connected else "refused", sessionPresent=bool(present), reason=str(reason_code))


def on_disconnect(_client, _userdata, *_details):
    global connected
    connected = False
    tell("disconnected")


def on_subscribe(_client, _userdata, mid, *_details):
    acknowledged.add(mid)


def on_message(_client, _userdata, message):
    if message.topic.endswith("/config"):
        configs[message.topic] = (json.loads(message.payload), bool(message.retain))
    elif message.topic.endswith("/state"):
        states.add(message.topic)


def make_client():
    # paho-mqtt 2 asks for the version of the callbacks; 1.6 does not know it.
    version = [mqtt.CallbackAPIVersion.VERSION2] if hasattr(mqtt, "CallbackAPIVersion") else []
    client = mqtt.Client(*version, client_id="home-assistant", protocol=mqtt.MQTTv5, reconnect_on_failure=False)
    client.on_connect, client.on_disconnect = on_connect, on_disconnect
    client.on_subscribe, client.on_message = on_subscribe, on_message
    client.will_set("homeassistant/status", "offline", qos=0, retain=False)
    return client


def turn(client):
    """What Home Assistant's event loop does with the socket."""
    sock = client.socket()
    if sock is None:
        return
    readable, writable, _ = select.select([sock], [sock] if client.want_write() else [], [], 0.05)
    if readable:
        client.loop_read(PACKETS_TO_READ)
    if writable:
        client.loop_write()
    client.loop_misc()


def subscribe(client, filters):
    _, mid = client.subscribe([(each, SubscribeOptions(qos=0)) for each in filters])
    while connected and mid not in acknowledged:
        turn(client)


def begin(client):
    """Subscribes to all, waits for what is retained, and publishes the birth message."""
    started = time.monotonic()
    configs.clear()
    for component in COMPONENTS:
        for way in ("+/config", "+/+/config"):
            subscribe(client, [f"homeassistant/{component}/{way}"])
    while connected and len(configs) < DEVICES:
        turn(client)
    topics = [config["state_topic"] for config, _ in configs.values()]
    for first in range(0, len(topics), SUBSCRIBES_PER_CALL):
        subscribe(client, topics[first : first + SUBSCRIBES_PER_CALL])
    if not connected:
        return
    client.publish("homeassistant/status", "online", qos=0, retain=False)
    retained = sum(1 for _, flag in configs.values() if flag)
    tell("ready", configs=len(configs), retained=retained, topics=len(topics), seconds=time.monotonic() - started)


client = make_client()
while True:
    try:
        if connected:
            turn(client)
        else:
            client.connect("127.0.0.1", PORT, keepalive=60, clean_start=True)
            client.socket().setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * 1024 * 1024)
            while client.socket() and not connected:
                turn(client)
            begin(client)
    except OSError:
        time.sleep(0.1)
    if len(states) == DEVICES:
        tell("states", count=len(states))
        states.clear()
