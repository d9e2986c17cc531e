# A subscriber behind a slow link: small segments, a small receive buffer, and so many bytes in a second. Says how many
# bytes it got, when it has the message or the connection has ended.

import socket
import struct
import sys
import time

port, rate, size = (int(argument) for argument in sys.argv[1:])
link = socket.socket()
link.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
link.connect(("127.0.0.1", port))


def send(kind, body):
    link.sendall(bytes([kind, len(body)]) + body)


def text(value):
    return struct.pack(">H", len(value)) + value


send(0x10, text(b"MQTT") + b"\x04\x02\x00\x00" + text(b"slow"))
link.recv(4)
send(0x82, b"\x00\x01" + text(b"large") + b"\x00")
link.recv(5)
print("subscribed", flush=True)

got = 0
begin = time.monotonic()
while got < size:
    try:
        data = link.recv(rate // 20)
    except OSError:
        break
    if not data:
        break
    got += len(data)
    time.sleep(max(0, begin + got / rate - time.monotonic()))
print(got, flush=True)
